# ORACLE: DANN on the pairs of Ground Truth, shuffled: "the same overall class
# distribution, but a randomized mini-batch composition" (Sect. 5.2).
_base_ = './dann-ground-truth_hannover_vaihingen.py'
strategy = 'shuffled_ground_truth'
pairing = dict(
    strategy=strategy, ground_truth=_base_.train_dataloader.sampler.mapping)
train_dataloader = dict(
    sampler=dict(
        mapping='work_dirs/mappings/'
        f'{{$MMUDA_SOURCE:hannover}}_{{$MMUDA_TARGET:vaihingen}}_{strategy}.csv'))
