# VGG19 of an eighth of the width and without its weights: random features.
model = dict(base_channels=8)
train_dataloader = dict(batch_size=8)
train_cfg = dict(max_iters=400)
# So few iterations ask for larger steps.
optim_wrapper = dict(generator=dict(optimizer=dict(lr=0.0005)))
