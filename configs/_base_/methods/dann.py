# DANN on pairs of semantically similar images (Gritzner and Ostermann 2020, Sect. 5.2).
_base_ = [
    '../models/deeplabv3plus_mobilenetv2.py', '../schedules/semsim.py',
    '../default_runtime.py'
]
source_model = '../../semsim/source-only_hannover_vaihingen.py'

encoder = [
    'segmentor.backbone',
    'segmentor.decode_head.image_pool',
    'segmentor.decode_head.aspp_modules',
    'segmentor.decode_head.bottleneck',
]
adaptor = dict(
    objectives=dict(
        supervision=dict(type='Supervision', phase='supervise'),
        alignment=dict(
            type='FeatureAlignment',
            # The 1x1 convolution that combines the branches: 256 channels.
            tap='decode_head.bottleneck',
            discriminator=dict(type='InvertedBottleneckDiscriminator'))),
    # Three steps per iteration: segmentation, discriminator, flipped labels.
    phases=[
        dict(name='supervise', updates=['segmentor']),
        dict(name='critic', updates=['objectives.alignment.discriminator']),
        dict(name='align', updates=encoder),
    ])
# "Adadelta optimizers (one for each step)".
adadelta = dict(type='OptimWrapper', optimizer=dict(type='Adadelta'))
optim_wrapper = dict(
    _delete_=True, supervise=adadelta, critic=adadelta, align=adadelta)

pairing = dict(
    strategy='approximation',
    # The feature space of Feature space MMD, which DANN aligns (Sect. 5.2).
    tap='decode_head.bottleneck')
train_dataloader = dict(
    # "Reduce the batch size to 16, using only a fixed subset of X^S": 16 pairs, and
    # 250 such mini-batches an epoch are 4000 of the 8000 source patches.
    batch_size=32,
    sampler=dict(type='PairedSampler', subset=4000))
demo = '../demo/dann.py'
