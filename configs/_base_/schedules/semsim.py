# 80 epochs of 250 mini-batches (Sect. 5.2).
train_cfg = dict(type='IterBasedTrainLoop', max_iters=20000, val_interval=1000)

train_dataloader = dict(
    batch_size=32,  # Sect. 5.2
    num_workers=4,
    persistent_workers=True,
    dataset=dict(type='DomainConcatDataset'))
val_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader

# "Adadelta with default parameters" (Sect. 5.2): those of PyTorch.
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adadelta'))
