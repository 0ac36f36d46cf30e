# Fine-tuning on translated source patches, 200 iterations; a leaf names the translator.
_base_ = '../unet_source-only_dubai.py'
source_model = 'unet_source-only_dubai.py'
warm_start = True
train_cfg = dict(max_iters=200, val_interval=200)
optim_wrapper = dict(optimizer=dict(lr=5e-4))
param_scheduler = [dict(type='PolyLR', power=0.9, begin=0, end=200, by_epoch=False)]
