# The U-net of SemI2I, Sect. 3: 8,000 iterations of 32 patches, Adam at 1e-4.
_base_ = './semsim.py'
train_cfg = dict(max_iters=8000, val_interval=1000)
optim_wrapper = dict(optimizer=dict(_delete_=True, type='Adam', lr=1e-4))

demo = dict(
    _delete_=True,
    model=dict(
        backbone=dict(base_channels=16),
        decode_head=dict(in_channels=16, channels=16)),
    train_cfg=dict(max_iters=400, val_interval=400),
    # So few iterations ask for larger steps, which become small towards the end.
    optim_wrapper=dict(optimizer=dict(lr=2e-3)),
    param_scheduler=[
        dict(type='PolyLR', power=0.9, begin=0, end=400, by_epoch=False)],
    train_dataloader=dict(
        batch_size=8, num_workers=0, persistent_workers=False),
    val_dataloader=dict(num_workers=0, persistent_workers=False),
    test_dataloader=dict(num_workers=0, persistent_workers=False))
