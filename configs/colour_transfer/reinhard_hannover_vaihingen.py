# Mean and standard deviation of each band (Reinhard et al. 2001).
_base_ = './histogram-matching_hannover_vaihingen.py'
model = dict(_delete_=True, type='Reinhard', bands=3)
