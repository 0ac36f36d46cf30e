# Two rounds.
_base_ = './adapted.py'
rounds = 2
