# SemI2I (Tasar et al. 2020, Sect. 3).
_base_ = [
    '../_base_/models/semi2i.py', '../_base_/schedules/translation.py',
    '../_base_/schedules/linear_decay.py'
]
source, target = 'hannover', 'vaihingen'

# "The number of iterations in each epoch is the minimum of the number of patches from
# each domain": 8000 in every city.
iters_per_epoch, num_epochs = 8000, 25
train_cfg = dict(max_iters=num_epochs * iters_per_epoch)
# "0.001 in the first 15 epochs", then Eq. 3. The betas are not in the paper; these are
# those of CycleGAN and of the public re-implementation.
adam = dict(optimizer=dict(lr=0.001))
optim_wrapper = dict(generator=adam, critic=adam)
param_scheduler = [
    dict(
        _base_.decay,
        iters_per_epoch=iters_per_epoch,
        num_epochs=num_epochs,
        decay_epoch=15)
]

demo = '../_base_/demo/semi2i.py'
