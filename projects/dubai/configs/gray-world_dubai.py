# Gray world.
_base_ = './histogram-matching_dubai.py'
model = dict(_delete_=True, type='GrayWorld', bands=3)
