# S-All in a network of its own: any number of cities to another.
_base_ = '../_base_/methods/multi_source_two_networks.py'
source, target = ['hannover', 'potsdam'], 'vaihingen'
