# DCAN's image generator. Patches of 256, eight of each domain in a mini-batch, and Adam
# are AdaIN's; the rate is that of its released code, the length is ours.
_base_ = ['../models/dcan_generator.py', '../schedules/translation.py']
train_dataloader = dict(batch_size=16)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=40000)
optim_wrapper = dict(
    generator=dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4)))
param_scheduler = []
demo = '../demo/dcan_generator.py'
