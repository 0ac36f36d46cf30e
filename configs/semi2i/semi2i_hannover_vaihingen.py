# SemI2I (Tasar et al. 2020, Sect. 3).
_base_ = [
    '../_base_/models/semi2i.py',
    '../_base_/datasets/city_pair.py',
    '../_base_/schedules/translation.py',
]
pipeline = _base_.translation_pipeline
train_dataloader = dict(
    dataset=dict(
        source=dict(_base_.source_train_unlabelled, pipeline=pipeline),
        target=dict(_base_.target_train_unlabelled, pipeline=pipeline)))

# "The number of iterations in each epoch is the minimum of the number of patches from
# each domain": 8000 in every city.
iters_per_epoch, num_epochs = 8000, 25
train_cfg = dict(type='IterBasedTrainLoop', max_iters=num_epochs * iters_per_epoch)
# "0.001 in the first 15 epochs", then Eq. 3. The betas are not in the paper; these are
# those of CycleGAN and of the public re-implementation.
adam = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=0.001, betas=(0.5, 0.999)))
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

demo = dict(
    model=dict(channels=16, discriminator=dict(channels=16)),
    train_dataloader=dict(num_workers=0, persistent_workers=False),
    train_cfg=dict(max_iters=900),
    param_scheduler=[
        dict(
            type='EpochLinearLR',
            by_epoch=False,
            iters_per_epoch=36,
            num_epochs=25,
            decay_epoch=15)
    ])
