# ColorMapGAN (Tasar et al. 2019), a row of SemI2I's Table 1.
_base_ = [
    '../_base_/models/colormapgan.py', '../_base_/schedules/translation.py',
    '../_base_/schedules/linear_decay.py'
]
source, target = 'hannover', 'vaihingen'

# Its own schedule was not to be found: that of SemI2I, by the same authors, at half
# the learning rate, since every step moves a colour by itself.
iters_per_epoch, num_epochs = 8000, 25
train_cfg = dict(max_iters=num_epochs * iters_per_epoch)
adam = dict(optimizer=dict(lr=0.0005))
optim_wrapper = dict(generator=adam, critic=adam)
param_scheduler = [
    dict(
        _base_.decay,
        iters_per_epoch=iters_per_epoch,
        num_epochs=num_epochs,
        decay_epoch=15)
]
# A checkpoint has 1.2 GB: 100.7 million numbers and Adam's two moments of each.
default_hooks = dict(checkpoint=dict(interval=10000))

demo = '../_base_/demo/colormapgan.py'
