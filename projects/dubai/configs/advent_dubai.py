# ADVENT, adversarial.
_base_ = ['mmuda::advent/advent_hannover_vaihingen.py', './_base_/output_space.py']
warm_start = True
source_model = 'deeplabv2_dubai.py'
model = _base_.demo.model
model.merge(
    dict(
        segmentor=dict(
            backbone=dict(init_cfg=None),
            decode_head=dict(num_classes=5),
            auxiliary_head=dict(num_classes=5),
        ),
        objectives=dict(
            output=dict(discriminator=dict(in_channels=5)),
            feature=dict(discriminator=dict(in_channels=5)),
        ),
    )
)
train_cfg = _base_.demo.train_cfg
param_scheduler = _base_.demo.param_scheduler
optim_wrapper = _base_.demo.optim_wrapper
train_dataloader = dict(
    batch_size=8, num_workers=0, persistent_workers=False, **_base_.dubai_pairs
)
val_dataloader = dict(num_workers=0, persistent_workers=False, **_base_.dubai_tested)
test_dataloader = val_dataloader
