# Multi-source adaptation (Russo et al. 2019) from two sources: at two levels a branch
# for each source and S-All, each with its own discriminator.
_base_ = [
    '../models/deeplabv2_r101_two-level.py', '../schedules/adaptsegnet.py'
]
# Branches and what they learn from. For a third source add `s3=['source_2']`, here, in
# `weights` and in `domains`, and its name to `all`.
branches = dict(
    s1=['source_0'],
    s2=['source_1'],
    all=['source_0', 'source_1'])  # S-All
domains = ['source_0', 'source_1', 'target']
levels = dict(
    output=('decode_head', 0.001),  # lambda_adv of each level, as in AdaptSegNet
    feature=('auxiliary_head', 0.0002))

heads = {
    head: dict(
        type='BranchedHead',
        head=_base_.model[head],
        branches={name: dict(sources=known) for name, known in branches.items()},
        merge='maximum',  # Eq. 6
        num_classes=19)
    for head, _ in levels.values()
}
alignments = {
    f'{level}_{name}': dict(
        type='OutputAlignment',  # Eq. 2 and 3
        tap=f'{head}.branches.{name}.conv_seg',
        sources=known,
        discriminator=dict(type='FullyConvolutionalDiscriminator', in_channels=19),
        loss_weight=weight)
    for level, (head, weight) in levels.items() for name, known in branches.items()
}
model = dict(
    _delete_=True,
    type='DomainAdaptor',
    segmentor=dict(_base_.model, type='BranchedEncoderDecoder', **heads),
    data_preprocessor=dict(
        _base_.data_preprocessor,
        type='DomainDataPreprocessor',
        # "Removing from each dataset its own calculated image mean" (Sect. 4.1).
        domains={name: dict(mean='dataset') for name in domains}),
    objectives=dict(
        # lambda_seg of Eq. 4; that of the inner level stands in its head.
        supervision=dict(
            type='Supervision',
            phase='segmentor',
            weights=dict(source_0=1.0, source_1=1.0)),
        **alignments),
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(
            name='critic',
            updates=[f'objectives.{name}.discriminator' for name in alignments]),
    ])
model_wrapper_cfg = dict(type='PhasedDistributedDataParallel')
custom_hooks = [dict(type='ReproducibleHook'), dict(type='DatasetMeanHook')]

# "Adam solver and learning rate 0.0001", 50,000 iterations; the rest as in AdaptSegNet
# (Sect. 4.2).
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor',
    segmentor=dict(
        type='OptimWrapper',
        optimizer=dict(type='Adam', lr=1e-4, weight_decay=5e-4),
        paramwise_cfg=_base_.segmentor_optimizer.paramwise_cfg),
    critic=_base_.critic_optimizer)
train_cfg = dict(max_iters=50000)
train_dataloader = dict(
    batch_size=3,  # an image of each source and one of the target
    sampler=dict(
        _delete_=True, type='MultiSourceSampler', shares='balanced', target_share=1))
val_evaluator = dict(type='BranchSegmentationMetric')
test_evaluator = dict(type='BranchSegmentationMetric')

demo = dict(
    warm_start=False,
    model=dict(
        segmentor=dict(
            backbone=_base_.demo_segmentor.backbone,
            decode_head=dict(head=_base_.demo_segmentor.decode_head),
            auxiliary_head=dict(head=_base_.demo_segmentor.auxiliary_head)),
        # Weight times sum of learning rates: as in the published schedule.
        objectives={
            name: dict(
                loss_weight=20 * objective['loss_weight'],
                discriminator=dict(channels=16))
            for name, objective in alignments.items()
        }),
    train_cfg=dict(max_iters=400, val_interval=400),
    param_scheduler=[
        dict(type='PolyLR', power=0.9, begin=0, end=400, by_epoch=False)],
    optim_wrapper=dict(segmentor=dict(optimizer=dict(lr=1e-3))),
    train_dataloader=dict(batch_size=12))
del branches, domains, levels, heads, alignments
