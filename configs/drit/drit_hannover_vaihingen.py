# DRIT (Lee et al. 2018), a row of SemI2I's Table 1.
_base_ = [
    '../_base_/models/drit.py',
    '../_base_/datasets/city_pair.py',
    '../_base_/schedules/translation.py',
]
# crop_size; half of the images are mirrored (no_flip).
pipeline = [
    dict(type='LoadRaster', bands=['nir', 'red', 'green']),
    dict(type='RandomCrop', crop_size=(216, 216)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
train_dataloader = dict(
    # batch_size 2: of each domain one image is translated, one is compared to.
    batch_size=4,
    dataset=dict(
        source=dict(_base_.source_train_unlabelled, pipeline=pipeline),
        target=dict(_base_.target_train_unlabelled, pipeline=pipeline)))

# 500,000 updates of the generators (max_it of train.py), one in d_iter = 3 iterations.
# That is before epoch 600 (n_ep_decay), where the learning rate would begin to fall.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=1500000)
# lr, lr_dcontent = lr / 2.5, gradients of the content discriminator clipped (model.py).
settings = dict(type='Adam', betas=(0.5, 0.999), weight_decay=0.0001)
adam = dict(type='OptimWrapper', optimizer=dict(settings, lr=0.0001))
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor',
    critic=adam,
    content_critic=dict(
        type='OptimWrapper',
        optimizer=dict(settings, lr=0.00004),
        clip_grad=dict(max_norm=5)),
    generator=adam,
    latent=adam)
default_hooks = dict(checkpoint=dict(interval=10000))

demo = dict(
    model=dict(
        generator=dict(channels=16, num_residuals=2),
        discriminator=dict(channels=16),
        # "if you would like to save some training time" (README of the published code)
        d_iter=1,
        # Demo patches have 112 pixels.
        content_discriminator=dict(num_layers=2)),
    train_dataloader=dict(batch_size=2, num_workers=0, persistent_workers=False),
    train_cfg=dict(max_iters=800),
    # So few iterations ask for larger steps.
    optim_wrapper=dict(
        critic=dict(optimizer=dict(lr=0.001)),
        content_critic=dict(optimizer=dict(lr=0.0004)),
        generator=dict(optimizer=dict(lr=0.001)),
        latent=dict(optimizer=dict(lr=0.001))),
    param_scheduler=[dict(type='StepLR', step_size=300, gamma=0.5, by_epoch=False)])
