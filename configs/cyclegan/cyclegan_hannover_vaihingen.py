# CycleGAN (Zhu et al. 2017), a row of SemI2I's Table 1.
_base_ = [
    '../_base_/models/cyclegan.py',
    '../_base_/datasets/city_pair.py',
    '../_base_/schedules/translation.py',
]
pipeline = _base_.translation_pipeline
train_dataloader = dict(
    dataset=dict(
        source=dict(_base_.source_train_unlabelled, pipeline=pipeline),
        target=dict(_base_.target_train_unlabelled, pipeline=pipeline)))

# "The same learning rate for the first 100 epochs and linearly decay the rate to zero
# over the next 100 epochs" (Sect. 4), at 2e-4 and batch size 1.
iters_per_epoch, num_epochs = 8000, 200
train_cfg = dict(type='IterBasedTrainLoop', max_iters=num_epochs * iters_per_epoch)
adam = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=0.0002, betas=(0.5, 0.999)))
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor', generator=adam, critic=adam)
param_scheduler = [
    dict(
        type='EpochLinearLR',
        by_epoch=False,
        iters_per_epoch=iters_per_epoch,
        num_epochs=num_epochs,
        decay_epoch=100)
]

demo = dict(
    model=dict(
        generator=dict(channels=16, num_residuals=3), discriminator=dict(channels=16)),
    train_dataloader=dict(num_workers=0, persistent_workers=False),
    train_cfg=dict(max_iters=1500),
    # So few iterations ask for larger steps.
    optim_wrapper=dict(
        generator=dict(optimizer=dict(lr=0.001)),
        critic=dict(optimizer=dict(lr=0.001))),
    param_scheduler=[
        dict(
            type='EpochLinearLR',
            by_epoch=False,
            iters_per_epoch=60,
            num_epochs=25,
            decay_epoch=15)
    ])
