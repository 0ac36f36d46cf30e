# DeepLabV2 on ResNet-18 of half the width, 400 iterations from scratch.
model = dict(
    backbone=dict(
        depth=18,
        stem_channels=32,
        base_channels=32,
        norm_cfg=dict(requires_grad=True)),
    decode_head=dict(in_channels=256))
train_cfg = dict(max_iters=400, val_interval=400)
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=400, by_epoch=False)]
optim_wrapper = dict(optimizer=dict(lr=0.01))
train_dataloader = dict(batch_size=8)
