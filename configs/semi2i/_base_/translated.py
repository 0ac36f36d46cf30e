# "Fine-tune it using the fake image patches and the original ground-truth for 2,500
# iterations" (Sect. 3). A leaf names the translator.
_base_ = '../unet_source-only_hannover_vaihingen.py'

source_model = 'unet_source-only_hannover_vaihingen.py'
warm_start = True
train_cfg = dict(max_iters=2500, val_interval=500)

demo = dict(
    train_cfg=dict(max_iters=125, val_interval=125),
    optim_wrapper=dict(optimizer=dict(lr=1e-3)),
    param_scheduler=[
        dict(type='PolyLR', power=0.9, begin=0, end=125, by_epoch=False)])
