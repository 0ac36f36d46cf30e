# Gray world (a row of SemI2I's Table 1): the source loses its colour cast.
_base_ = './histogram-matching_hannover_vaihingen.py'
model = dict(_delete_=True, type='GrayWorld', bands=3)
