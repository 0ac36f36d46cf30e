# LSD, Sect. 4 (implementation details): a pair of images in a mini-batch, 100,000
# iterations of Adam, constant learning rates.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=100000, val_interval=5000)
param_scheduler = []

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

# F and C.
segmentor_optimizer = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-5))
# G and D; the momentum is that of the released code, the paper names none.
gan_optimizer = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=2e-4, betas=(0.7, 0.999)))
