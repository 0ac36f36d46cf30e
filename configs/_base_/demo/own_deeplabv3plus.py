# DeepLabv3+ learns at the rate of the recipe for random weights: on what two real
# sources hold out it is 4 points better after 400 iterations than at 1e-3.
_base_ = './own.py'
optim_wrapper = dict(optimizer=dict(lr=3e-3))
