# UNIT (Liu et al. 2017), a row of SemI2I's Table 1.
_base_ = ['../_base_/models/unit.py', '../_base_/schedules/unit.py']
source, target = 'hannover', 'vaihingen'
demo = '../_base_/demo/unit.py'
