# CLAN: any pair of cities.
_base_ = '../_base_/methods/clan.py'
source, target = 'hannover', 'vaihingen'
