# The published configurations of UNIT and MUNIT: unit_gta2city_folder.yaml and
# summer2winter_yosemite256_folder.yaml agree in all of this.
_base_ = './translation.py'

# crop_image_height, crop_image_width; half of the images are mirrored (utils.py).
train_pipeline = [
    dict(type='LoadRaster'),
    dict(type='RandomCrop', crop_size=(256, 256)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]
# max_iter, lr, beta1, beta2, weight_decay, step_size, gamma, snapshot_save_iter.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=1000000)
adam = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=0.0001, betas=(0.5, 0.999), weight_decay=0.0001))
optim_wrapper = dict(critic=adam, generator=adam)
param_scheduler = [dict(type='StepLR', step_size=100000, gamma=0.5, by_epoch=False)]
default_hooks = dict(checkpoint=dict(interval=10000))
