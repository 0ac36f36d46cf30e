# All sources, no adaptation: any number of cities to another.
_base_ = '../_base_/methods/multi_source_no_adapt.py'
source, target = ['hannover', 'potsdam'], 'vaihingen'
