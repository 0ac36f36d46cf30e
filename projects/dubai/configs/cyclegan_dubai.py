# CycleGAN, with SemI2I's number of epochs.
_base_ = ['mmuda::cyclegan/cyclegan_hannover_vaihingen.py', './_base_/images.py']
train_cfg = dict(max_iters=27000)  # 25 epochs, SemI2I's
train_dataloader = dict(
    num_workers=2,
    dataset=dict(
        source=dict(_delete_=True, **_base_.dubai_source_images),
        target=dict(_delete_=True, **_base_.dubai_target_images),
    ),
)
param_scheduler = [
    dict(type='EpochLinearLR', iters_per_epoch=1080, num_epochs=25, decay_epoch=15)
]
