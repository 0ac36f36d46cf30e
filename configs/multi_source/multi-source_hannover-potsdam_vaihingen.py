# Multi-source adaptation: any number of cities to another.
_base_ = '../_base_/methods/multi_source.py'
source, target = ['hannover', 'potsdam'], 'vaihingen'
