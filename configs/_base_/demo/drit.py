_base_ = './munit.py'
model = dict(
    # "if you would like to save some training time" (README of the published code)
    d_iter=1,
    # Demo patches have 112 pixels.
    content_discriminator=dict(num_layers=2))
train_dataloader = dict(batch_size=2)
train_cfg = dict(max_iters=800)
optim_wrapper = dict(
    content_critic=dict(optimizer=dict(lr=0.0004)),
    latent=dict(optimizer=dict(lr=0.001)))
