# MUNIT (Huang et al. 2018), a row of SemI2I's Table 1.
_base_ = ['../_base_/models/munit.py', '../_base_/schedules/unit.py']
source, target = 'hannover', 'vaihingen'
demo = '../_base_/demo/munit.py'
