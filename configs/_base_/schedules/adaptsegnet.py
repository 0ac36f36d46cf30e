# AdaptSegNet, Sect. 4.4 and the released code: a pair of images in a mini-batch; a
# schedule of 250,000 iterations, of which 150,000 are run.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=150000, val_interval=5000)
# (1 - i / 250000)^0.9: mmengine counts from `begin` to `end - 1`.
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=250001, by_epoch=False)
]

train_dataloader = dict(
    batch_size=2,
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

# Classifiers learn ten times as fast as the backbone.
segmentor_optimizer = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=2.5e-4, momentum=0.9, weight_decay=5e-4),
    paramwise_cfg=dict(
        custom_keys={
            'decode_head': dict(lr_mult=10.0),
            'auxiliary_head': dict(lr_mult=10.0),
        }))
critic_optimizer = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4, betas=(0.9, 0.99)))
