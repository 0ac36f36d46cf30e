# ADVENT, adversarial entropy minimisation: any pair of cities.
_base_ = '../_base_/methods/advent.py'
source, target = 'hannover', 'vaihingen'
