# BDL's translator: SYNTHIA, of 9,400 images, to Cityscapes.
_base_ = './cyclegan_gta5_cityscapes.py'
source, target = 'synthia', 'cityscapes'
iters_per_epoch, num_epochs = 2350, 20
train_cfg = dict(max_iters=num_epochs * iters_per_epoch)
param_scheduler = [
    dict(
        type='EpochLinearLR',
        by_epoch=False,
        iters_per_epoch=iters_per_epoch,
        num_epochs=num_epochs,
        decay_epoch=10,
    )
]
