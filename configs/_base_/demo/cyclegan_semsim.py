_base_ = './cyclegan.py'
train_dataloader = dict(batch_size=4, sampler=dict(subset=None))
train_cfg = dict(max_iters=750)
param_scheduler = [
    dict(
        type='EpochLinearLR',
        by_epoch=False,
        iters_per_epoch=30,
        num_epochs=25,
        decay_epoch=15)
]
train_pipeline = [dict(type='LoadRaster'), dict(type='PackRaster')]
