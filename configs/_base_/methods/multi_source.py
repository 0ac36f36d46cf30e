# Multi-source adaptation (Russo et al. 2019), from any number of sources: at two levels
# a branch for each source and S-All, each with its own discriminator. S-All is a branch
# of the same network here; in `multi_source_two_networks.py` it has its own.
_base_ = [
    '../models/deeplabv2_r101_two-level.py', '../schedules/adaptsegnet.py',
    '../default_runtime.py'
]

head = dict(
    _delete_=True,
    type='BranchedHead',
    merge='maximum',  # Eq. 6
    num_classes=None)
model = dict(
    type='BranchedEncoderDecoder',
    decode_head=dict(head, head=_base_.model.decode_head),
    auxiliary_head=dict(head, head=_base_.model.auxiliary_head))
adaptor = dict(
    objectives=dict(supervision=dict(type='Supervision', phase='segmentor')),
    phases=[
        dict(name='segmentor', updates=['segmentor']),
        dict(name='critic', updates=['objectives']),  # all discriminators
    ])

# lambda_adv of each level, as in AdaptSegNet; Eq. 2 and 3.
discriminator = dict(type='FullyConvolutionalDiscriminator')
output = dict(
    type='OutputAlignment', discriminator=discriminator, loss_weight=0.001)
feature = dict(
    type='OutputAlignment', discriminator=discriminator, loss_weight=0.0002)
# "Removing from each dataset its own calculated image mean" (Sect. 4.1).
own_mean = dict(mean='dataset')

# What each source adds, `{n}` being its number and `{source}` its domain ...
for_each_source = dict(
    model=dict(
        decode_head=dict(branches={'s{n}': dict(sources=['{source}'])}),
        auxiliary_head=dict(branches={'s{n}': dict(sources=['{source}'])})),
    adaptor=dict(
        data_preprocessor=dict(domains={'{source}': own_mean}),
        objectives={
            # lambda_seg of Eq. 4; that of the inner level stands in its head.
            'supervision': dict(weights={'{source}': 1.0}),
            'output_s{n}': dict(
                output,
                tap='decode_head.branches.s{n}.conv_seg',
                sources=['{source}']),
            'feature_s{n}': dict(
                feature,
                tap='auxiliary_head.branches.s{n}.conv_seg',
                sources=['{source}']),
        }))
# ... and what all of them add together: S-All.
for_all_sources = dict(
    model=dict(
        decode_head=dict(branches=dict(all=dict(sources='{sources}'))),
        auxiliary_head=dict(branches=dict(all=dict(sources='{sources}')))),
    adaptor=dict(
        data_preprocessor=dict(domains=dict(target=own_mean)),
        objectives=dict(
            output_all=dict(
                output,
                tap='decode_head.branches.all.conv_seg',
                sources='{sources}'),
            feature_all=dict(
                feature,
                tap='auxiliary_head.branches.all.conv_seg',
                sources='{sources}'))))
default_hooks = dict(dataset_mean=dict(type='DatasetMeanHook'))

# "Adam solver and learning rate 0.0001", 50,000 iterations; the rest as in AdaptSegNet
# (Sect. 4.2).
optim_wrapper = dict(
    segmentor=dict(
        type='OptimWrapper',
        optimizer=dict(type='Adam', lr=1e-4, weight_decay=5e-4),
        paramwise_cfg=_base_.segmentor_optimizer.paramwise_cfg),
    critic=_base_.critic_optimizer)
train_cfg = dict(max_iters=50000)
groups_per_batch = 1  # an image of each source and one of the target
train_dataloader = dict(
    sampler=dict(
        _delete_=True, type='MultiSourceSampler', shares='balanced', target_share=1))
# Images at their own size.
load = [dict(type='LoadRaster'), dict(type='LoadLabels'), dict(type='PackRaster')]
train_pipeline = test_pipeline = load
val_evaluator = dict(type='BranchSegmentationMetric')
test_evaluator = dict(type='BranchSegmentationMetric')
demo = '../demo/multi_source.py'
del head, discriminator, output, feature, own_mean, load
