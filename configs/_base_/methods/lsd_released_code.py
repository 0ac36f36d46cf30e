# LSD as the released code (train.py, trainer_LSD.py) differs from the paper.
_base_ = './lsd_fcn8s.py'
adaptor = dict(
    objectives=dict(
        alignment=dict(
            # Cross-entropies are sums over D's 40 x 80 locations, L1 is a mean.
            generator_weights=dict(
                auxiliary=1.0, adversarial=0.1, reconstruction=1 / (40 * 80)),
            labels_real=True)))
gan_optimizer = dict(
    type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4, betas=(0.7, 0.999)))
optim_wrapper = dict(
    critic=gan_optimizer,
    generator=gan_optimizer,
    segmentor=dict(paramwise_cfg=dict(bias_lr_mult=2.0)))
# F and C alone: a tenth every 8 epochs of the 2,975 target images.
param_scheduler = dict(
    _delete_=True,
    critic=[],
    generator=[],
    segmentor=[
        dict(
            type='MultiStepLR',
            milestones=[23800, 47600, 71400, 95200],
            gamma=0.1,
            by_epoch=False)
    ])

# Random crops of 640 x 320 pixels of images that are not resized.
load, labels = dict(type='LoadRaster'), dict(type='LoadLabels')
crop = dict(type='RandomCrop', crop_size=(320, 640))
train_pipeline = [load, labels, crop, dict(type='PackSegInputs')]
test_pipeline = [load, labels, dict(type='PackSegInputs')]
del load, labels, crop
demo = '../demo/lsd_released_code.py'
