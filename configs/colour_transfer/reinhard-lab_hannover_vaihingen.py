# The same in the l-alpha-beta space of the paper, bands taken for red, green, blue.
_base_ = '../_base_/schedules/fit.py'
source, target = 'hannover', 'vaihingen'
model = dict(type='ReinhardLab', bands=3)
