# The same in the l-alpha-beta space.
_base_ = './histogram-matching_dubai.py'
model = dict(_delete_=True, type='ReinhardLab', bands=3)
