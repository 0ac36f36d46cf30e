# DRIT (Lee et al. 2018), a row of SemI2I's Table 1.
_base_ = ['../_base_/models/drit.py', '../_base_/schedules/translation.py']
source, target = 'hannover', 'vaihingen'
# crop_size; half of the images are mirrored (no_flip).
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='RandomCrop', crop_size=(216, 216)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
# batch_size 2: of each domain one image is translated, one is compared to.
train_dataloader = dict(batch_size=4)

# 500,000 updates of the generators (max_it of train.py), one in d_iter = 3 iterations.
# That is before epoch 600 (n_ep_decay), where the learning rate would begin to fall.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=1500000)
# lr, lr_dcontent = lr / 2.5, gradients of the content discriminator clipped (model.py).
settings = dict(type='Adam', betas=(0.5, 0.999), weight_decay=0.0001)
adam = dict(type='OptimWrapper', optimizer=dict(settings, lr=0.0001))
optim_wrapper = dict(
    critic=adam,
    content_critic=dict(
        type='OptimWrapper',
        optimizer=dict(settings, lr=0.00004),
        clip_grad=dict(max_norm=5)),
    generator=adam,
    latent=adam)
default_hooks = dict(checkpoint=dict(interval=10000))

demo = '../_base_/demo/drit.py'
