# DANN on pairs of the Random strategy: a fixed random partner for each source image.
_base_ = './dann_hannover_vaihingen.py'
strategy = 'random'
pairing = dict(strategy=strategy)
train_dataloader = dict(
    sampler=dict(
        mapping='work_dirs/mappings/'
        f'{{$MMUDA_SOURCE:hannover}}_{{$MMUDA_TARGET:vaihingen}}_{strategy}.csv'))
