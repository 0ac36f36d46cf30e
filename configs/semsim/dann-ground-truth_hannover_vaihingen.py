# ORACLE: DANN on pairs of the Ground Truth strategy. Making its mapping reads the
# training labels of the target; training itself does not.
_base_ = './dann_hannover_vaihingen.py'
oracle = True
strategy = 'ground_truth'
pairing = dict(strategy=strategy, target_labels=_base_.target_train_labelled)
train_dataloader = dict(
    sampler=dict(
        mapping='work_dirs/mappings/'
        f'{{$MMUDA_SOURCE:hannover}}_{{$MMUDA_TARGET:vaihingen}}_{strategy}.csv'))
