# DANN on pairs of least maximum mean discrepancy in image space (Sect. 5.2).
_base_ = './dann_hannover_vaihingen.py'
strategy = 'image_mmd'
pairing = dict(strategy=strategy)
train_dataloader = dict(
    sampler=dict(
        mapping='work_dirs/mappings/'
        f'{{$MMUDA_SOURCE:hannover}}_{{$MMUDA_TARGET:vaihingen}}_{strategy}.csv'))
