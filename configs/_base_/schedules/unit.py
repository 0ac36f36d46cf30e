# UNIT's published configuration, unit_gta2city_folder.yaml.
_base_ = './translation.py'

# max_iter, lr, beta1, beta2, weight_decay, step_size, gamma, snapshot_save_iter.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=1000000)
adam = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=0.0001, betas=(0.5, 0.999), weight_decay=0.0001))
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor', critic=adam, generator=adam)
param_scheduler = [dict(type='StepLR', step_size=100000, gamma=0.5, by_epoch=False)]
default_hooks = dict(checkpoint=dict(interval=10000))

demo = dict(
    model=dict(
        generator=dict(channels=16, num_residuals=2),
        discriminator=dict(channels=16),
        # VGG16's weights are not at hand.
        weights=dict(perceptual=0)),
    train_dataloader=dict(num_workers=0, persistent_workers=False),
    train_cfg=dict(max_iters=1000),
    # So few iterations ask for larger steps.
    optim_wrapper=dict(
        critic=dict(optimizer=dict(lr=0.001)),
        generator=dict(optimizer=dict(lr=0.001))),
    param_scheduler=[dict(type='StepLR', step_size=300, gamma=0.5, by_epoch=False)])
