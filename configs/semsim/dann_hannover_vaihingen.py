# DANN on pairs of the Approximation strategy (Sect. 5.2).
_base_ = './source-only_hannover_vaihingen.py'

encoder = [
    'segmentor.backbone',
    'segmentor.decode_head.image_pool',
    'segmentor.decode_head.aspp_modules',
    'segmentor.decode_head.bottleneck',
]
model = dict(
    _delete_=True,
    type='DomainAdaptor',
    segmentor=_base_.model,
    data_preprocessor=dict(_base_.data_preprocessor, type='DomainDataPreprocessor'),
    objectives=dict(
        supervision=dict(type='Supervision', phase='supervise'),
        alignment=dict(
            type='FeatureAlignment',
            # The 1x1 convolution that combines the branches: 256 channels.
            tap='decode_head.bottleneck',
            discriminator=dict(
                type='InvertedBottleneckDiscriminator', in_channels=256))),
    # Three steps per iteration: segmentation, discriminator, flipped labels.
    phases=[
        dict(name='supervise', updates=['segmentor']),
        dict(name='critic', updates=['objectives.alignment.discriminator']),
        dict(name='align', updates=encoder),
    ])
model_wrapper_cfg = dict(type='PhasedDistributedDataParallel')

# "Adadelta optimizers (one for each step)".
adadelta = dict(type='OptimWrapper', optimizer=dict(type='Adadelta'))
optim_wrapper = dict(
    _delete_=True,
    constructor='PhasedOptimWrapperConstructor',
    supervise=adadelta,
    critic=adadelta,
    align=adadelta)

# What batch normalisation does is not in the paper. In training each domain has its
# own statistics; the model that is tested has those of the target.

strategy = 'approximation'
source_model = 'source-only_hannover_vaihingen.py'
pairing = dict(
    strategy=strategy,
    # The feature space of Feature space MMD, which DANN aligns (Sect. 5.2).
    tap='decode_head.bottleneck',
    # Read by oracles, and by the report on a mapping if it is told to.
    target_labels=_base_.target_train_labelled)
train_dataloader = dict(
    # "Reduce the batch size to 16, using only a fixed subset of X^S": 16 pairs, and
    # 250 such mini-batches an epoch are 4000 of the 8000 source patches.
    batch_size=32,
    sampler=dict(
        _delete_=True,
        type='PairedSampler',
        subset=4000,
        mapping='work_dirs/mappings/'
        f'{{$MMUDA_SOURCE:hannover}}_{{$MMUDA_TARGET:vaihingen}}_{strategy}.csv'),
    dataset=dict(target=_base_.target_train_unlabelled))

# Without weights from ImageNet and with a short schedule, adaptation starts from the
# source model.
demo = dict(
    warm_start=True,
    model=dict(
        _delete_=True,
        segmentor=_base_.demo.model,
        objectives=dict(alignment=dict(discriminator=dict(in_channels=64)))),
    train_cfg=dict(max_iters=200, val_interval=200),
    param_scheduler=[
        dict(type='PolyLR', power=0.9, begin=0, end=200, by_epoch=False)],
    train_dataloader=dict(batch_size=16, sampler=dict(subset=None)))
