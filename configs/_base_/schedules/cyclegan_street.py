# Twenty epochs, over the last ten of which the rate falls to 0 (BDL's code). How many
# iterations are an epoch is said by the config.
_base_ = './linear_decay.py'
num_epochs = 20
decay = dict(num_epochs=num_epochs, decay_epoch=10)
