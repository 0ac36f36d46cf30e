_base_ = 'mmseg::_base_/default_runtime.py'

randomness = dict(seed=0)
default_hooks = dict(
    # Every random number depends on the seed, the process and the iteration alone.
    reproducible=dict(type='ReproducibleHook'),
    same_buffers=dict(type='SameBuffersHook'),
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50, log_metric_by_epoch=False),
    finite_loss=dict(type='FiniteLossHook'),
    param_scheduler=dict(type='ParamSchedulerHook'),
    # Two are kept, each written whole: being killed at any moment leaves one.
    # What prediction needs to know of images travels with the weights.
    image_format=dict(type='ImageFormatHook'),
    checkpoint=dict(
        type='CheckpointHook',
        by_epoch=False,
        interval=1000,
        max_keep_ckpts=2,
        backend_args=dict(backend='atomic')),
    sampler_seed=dict(type='DistSamplerSeedHook'))

# cuDNN's search for the fastest algorithm makes runs differ.
env_cfg = dict(cudnn_benchmark=False)

val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
val_evaluator = dict(type='SegmentationMetric')
test_evaluator = dict(type='SegmentationMetric')

# Flips, for `tools/test.py --tta`.
tta_pipeline = [
    dict(type='LoadRaster'),
    dict(
        type='TestTimeAug',
        transforms=[
            [
                dict(type='RandomFlip', prob=0., direction='horizontal'),
                dict(type='RandomFlip', prob=1., direction='horizontal'),
            ],
            [dict(type='LoadLabels')],
            [dict(type='PackSegInputs')],
        ]),
]
