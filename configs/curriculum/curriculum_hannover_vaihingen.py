# Curriculum adaptation's label distributions: any pair of cities.
_base_ = '../_base_/methods/curriculum.py'
source, target = 'hannover', 'vaihingen'
