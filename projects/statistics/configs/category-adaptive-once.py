# One round.
_base_ = './category-adaptive.py'
rounds = 1
