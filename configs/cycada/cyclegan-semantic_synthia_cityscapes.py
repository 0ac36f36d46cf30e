# CyCADA's image part: SYNTHIA, of 9,400 images, to Cityscapes.
_base_ = './cyclegan-semantic_gta5_cityscapes.py'
source, target = 'synthia', 'cityscapes'
frozen_segmentor = '../adaptsegnet/source-only_synthia_cityscapes.py'
iters_per_epoch, num_epochs = 9400, 20
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
