# MUNIT (Huang et al. 2018), a row of SemI2I's Table 1.
_base_ = [
    '../_base_/models/munit.py',
    '../_base_/datasets/city_pair.py',
    '../_base_/schedules/translation.py',
]
# crop_image_height, crop_image_width; half of the images are mirrored (utils.py).
pipeline = [
    dict(type='LoadRaster', bands=['nir', 'red', 'green']),
    dict(type='RandomCrop', crop_size=(256, 256)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
train_dataloader = dict(
    dataset=dict(
        source=dict(_base_.source_train_unlabelled, pipeline=pipeline),
        target=dict(_base_.target_train_unlabelled, pipeline=pipeline)))

# max_iter, lr, beta1, beta2, weight_decay, step_size, gamma, snapshot_save_iter of
# summer2winter_yosemite256_folder.yaml.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=1000000)
adam = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=0.0001, betas=(0.5, 0.999), weight_decay=0.0001))
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor', critic=adam, generator=adam)
param_scheduler = [dict(type='StepLR', step_size=100000, gamma=0.5, by_epoch=False)]
default_hooks = dict(checkpoint=dict(interval=10000))

demo = dict(
    model=dict(
        generator=dict(channels=16, num_residuals=2), discriminator=dict(channels=16)),
    train_dataloader=dict(num_workers=0, persistent_workers=False),
    train_cfg=dict(max_iters=1000),
    # So few iterations ask for larger steps.
    optim_wrapper=dict(
        critic=dict(optimizer=dict(lr=0.001)),
        generator=dict(optimizer=dict(lr=0.001))),
    param_scheduler=[dict(type='StepLR', step_size=300, gamma=0.5, by_epoch=False)])
