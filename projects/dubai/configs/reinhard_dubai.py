# Mean and standard deviation of each band.
_base_ = './histogram-matching_dubai.py'
model = dict(_delete_=True, type='Reinhard', bands=3)
