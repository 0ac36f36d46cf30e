# DAFormer (Hoyer et al. 2022, Sect. 4.1): two images of each domain in a mini-batch,
# 40,000 iterations of AdamW, the first 1,500 to warm up.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=40000, val_interval=4000)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-6, begin=0, end=1500, by_epoch=False),
    dict(type='PolyLR', power=1.0, eta_min=0, begin=1500, end=40000, by_epoch=False),
]

train_dataloader = dict(
    batch_size=4,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='PairedSampler'),
    dataset=dict(type='DomainConcatDataset'))
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader

segmentor_optimizer = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=6e-5, betas=(0.9, 0.999), weight_decay=0.01),
    paramwise_cfg=dict(
        norm_decay_mult=0.0,
        custom_keys=dict(decode_head=dict(lr_mult=10.0))))
