# ADVENT, MinEnt with the class-ratio prior (Sect. 3.3): any pair of cities.
_base_ = '../_base_/methods/minent_ratio.py'
source, target = 'hannover', 'vaihingen'
