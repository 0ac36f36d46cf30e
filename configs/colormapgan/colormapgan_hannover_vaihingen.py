# ColorMapGAN (Tasar et al. 2019), a row of SemI2I's Table 1.
_base_ = [
    '../_base_/models/colormapgan.py',
    '../_base_/datasets/city_pair.py',
    '../_base_/schedules/translation.py',
]
pipeline = _base_.translation_pipeline
train_dataloader = dict(
    dataset=dict(
        source=dict(_base_.source_train_unlabelled, pipeline=pipeline),
        target=dict(_base_.target_train_unlabelled, pipeline=pipeline)))

# Its own schedule was not to be found: that of SemI2I, by the same authors, at half
# the learning rate, since every step moves a colour by itself.
iters_per_epoch, num_epochs = 8000, 25
train_cfg = dict(type='IterBasedTrainLoop', max_iters=num_epochs * iters_per_epoch)
adam = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=0.0005, betas=(0.5, 0.999)))
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor', generator=adam, critic=adam)
param_scheduler = [
    dict(
        type='EpochLinearLR',
        by_epoch=False,
        iters_per_epoch=iters_per_epoch,
        num_epochs=num_epochs,
        decay_epoch=15)
]
# A checkpoint has 1.2 GB: 100.7 million numbers and Adam's two moments of each.
default_hooks = dict(checkpoint=dict(interval=10000))

demo = dict(
    # 32768 colours instead of 16.8 million.
    model=dict(levels=32, discriminator=dict(channels=16)),
    train_dataloader=dict(num_workers=0, persistent_workers=False),
    train_cfg=dict(max_iters=1500),
    param_scheduler=[
        dict(
            type='EpochLinearLR',
            by_epoch=False,
            iters_per_epoch=60,
            num_epochs=25,
            decay_epoch=15)
    ])
