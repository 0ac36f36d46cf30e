# DANN on pairs of the Approximation strategy, from the weights of the source model.
_base_ = [
    'mmuda::semsim/dann_hannover_vaihingen.py',
    './dubai.py',
]
model = dict(
    segmentor=dict(backbone=dict(init_cfg=None), decode_head=dict(num_classes=5))
)
source_model = 'source-only_dubai.py'
warm_start = True
train_cfg = dict(max_iters=200, val_interval=200)
train_dataloader = dict(
    batch_size=8,  # four pairs
    num_workers=0,
    persistent_workers=False,
    sampler=dict(subset=None, mapping='work_dirs/mappings/dubai_approximation.csv'),
    dataset=dict(
        source=dict(_delete_=True, **_base_.dubai_source),
        target=dict(_delete_=True, **_base_.dubai_target_unlabelled),
    ),
)
val_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(_delete_=True, **_base_.dubai_test),
)
test_dataloader = val_dataloader
