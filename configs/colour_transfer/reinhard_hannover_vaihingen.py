# Mean and standard deviation of each band (Reinhard et al. 2001).
_base_ = '../_base_/schedules/fit.py'
source, target = 'hannover', 'vaihingen'
model = dict(type='Reinhard', bands=3)
