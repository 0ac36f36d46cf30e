# Histogram matching by band (a row of SemI2I's Table 1), over whole domains.
_base_ = '../_base_/schedules/fit.py'
source, target = 'hannover', 'vaihingen'
model = dict(type='HistogramMatching', bands=3)
