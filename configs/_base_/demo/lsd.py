# FCN-8s, G and D of an eighth of the width, 200 iterations from the source model.
model = dict(
    backbone=dict(base_channels=8, hidden_channels=64),
    decode_head=dict(in_channels=[3, 32, 64, 64]))
adaptor = dict(
    objectives=dict(
        alignment=dict(
            generator=dict(channels=8),
            discriminator=dict(channels=16),
            # Times the sum of learning rates as published.
            alpha=0.03,
            beta=0.03)))
warm_start = True
train_cfg = dict(max_iters=200, val_interval=200)
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=200, by_epoch=False)]
optim_wrapper = dict(
    segmentor=dict(optimizer=dict(lr=5e-4)),
    critic=dict(optimizer=dict(lr=1e-3)),
    generator=dict(optimizer=dict(lr=1e-3)))
train_dataloader = dict(batch_size=4)
