# All sources in one branch: any number of cities to another.
_base_ = '../_base_/methods/multi_source_all.py'
source, target = ['hannover', 'potsdam'], 'vaihingen'
