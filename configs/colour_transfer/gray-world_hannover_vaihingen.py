# Gray world (a row of SemI2I's Table 1): the source loses its colour cast.
_base_ = '../_base_/schedules/fit.py'
source, target = 'hannover', 'vaihingen'
model = dict(type='GrayWorld', bands=3)
