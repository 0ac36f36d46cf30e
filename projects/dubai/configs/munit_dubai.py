# MUNIT, for as many iterations as SemI2I.
_base_ = ['mmuda::munit/munit_hannover_vaihingen.py', './_base_/images.py']
train_cfg = dict(max_iters=27000)  # 25 epochs, SemI2I's
train_dataloader = dict(
    num_workers=2,
    dataset=dict(
        source=dict(_delete_=True, **_base_.dubai_source_images),
        target=dict(_delete_=True, **_base_.dubai_target_images),
    ),
)
param_scheduler = [dict(type='StepLR', step_size=9000, gamma=0.5, by_epoch=False)]
