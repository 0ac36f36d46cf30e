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

# What `--demo` sets: everything small enough for two CPU cores.
demo = dict(
    model=dict(
        backbone=dict(widen_factor=0.5),
        decode_head=dict(in_channels=160, c1_in_channels=16, channels=64)),
    train_cfg=dict(max_iters=400, val_interval=400),
    # So short a training ends well only if its steps become small.
    param_scheduler=[
        dict(type='PolyLR', power=0.9, begin=0, end=400, by_epoch=False)],
    train_dataloader=dict(
        batch_size=8, num_workers=0, persistent_workers=False),
    val_dataloader=dict(num_workers=0, persistent_workers=False),
    test_dataloader=dict(num_workers=0, persistent_workers=False))
