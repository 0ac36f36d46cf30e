# DANN on pairs of the Random strategy, from the weights of the source model.
_base_ = './dann_dubai.py'
pairing = dict(strategy='random')
train_dataloader = dict(sampler=dict(mapping='work_dirs/mappings/dubai_random.csv'))
