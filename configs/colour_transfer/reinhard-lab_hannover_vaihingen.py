# The same in the l-alpha-beta space of the paper, bands taken for red, green, blue.
_base_ = './histogram-matching_hannover_vaihingen.py'
model = dict(_delete_=True, type='ReinhardLab', bands=3)
