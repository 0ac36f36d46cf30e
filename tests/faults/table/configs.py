"""Configs."""

from table.commands import SOURCE, TRAIN
from table.row import Row
from table.spoiling import added, text

CONFIGS = (
    Row(
        f'{TRAIN} --cfg-options {{}}',
        'typo in a type',
        r"type '\w+' is unknown, did you mean '\w+'\?",
        values=(
            'model.type=DomainAdaptr',
            'model.segmentor.type=EncoderDecodr',
            'model.segmentor.backbone.type=UNett',
            'model.segmentor.decode_head.type=FCNHaed',
            'model.objectives.alignment.type=FeatureAlignmnt',
            'model.objectives.alignment.discriminator.type=InvertedBottleneckDiscrim',
            'model.data_preprocessor.type=DomainDataPreprocesor',
            f'{SOURCE}.type=FolderDatset',
            f'{SOURCE}.pipeline.0.type=LoadRastr',
            'train_dataloader.dataset.target.pipeline.0.type=LoadRastr',
            'train_dataloader.dataset.type=DomainConcatDatset',
            'train_dataloader.sampler.type=PairedSampl',
            'optim_wrapper.critic.optimizer.type=Adadelt',
            'optim_wrapper.constructor=PhasedOptimWraperConstructor',
            'train_cfg.type=IterBasedTrainLop',
            'default_hooks.logger.type=LogerHook',
            'val_evaluator.type=SegmentationMetrik',
        ),
    ),
    Row(
        f'{TRAIN} --cfg-options {{}}',
        'wrong name of an argument',
        r"(does not take|takes no) '\w+'",
        values=(
            'model.objectives.alignment.tapp=x',
            'model.segmentor.backbone.depht=5',
            'model.segmentor.decode_head.chanels=5',
            'model.segmentor.decode_head.loss_decode.weigth=5',
            f'{SOURCE}.pipeline.0.band=1',
            f'{SOURCE}.data_rot=x',
            'train_dataloader.sampler.mappings=x',
            'train_dataloader.batch_siz=3',
            'train_cfg.max_iter=4',
            'optim_wrapper.critic.optimizer.larning_rate=1',
            'default_hooks.logger.intervall=1',
        ),
    ),
    Row(
        f'{TRAIN} --cfg-options model.objectives.alignment.tap={{}}',
        'a layer that is not there',
        r'backbone\.x|nowhere',
        values=('backbone.x', 'nowhere'),
    ),
    Row(
        TRAIN, 'a syntax error', r'toy\.py.*line \d+', added('toy.py', 'model = dict(')
    ),
    Row(
        TRAIN,
        'an unknown name',
        r"toy\.py.*name 'nobody' is not defined",
        added('toy.py', 'model = nobody'),
    ),
    Row(
        TRAIN,
        'a base that is not there',
        r'toy\.py.*no_base\.py',
        text('toy.py', "_base_ = 'no_base.py'"),
    ),
    Row(TRAIN, 'bytes instead of a config', r'toy\.py', text('toy.py', b'\0\xff\xfe')),
    Row(TRAIN, 'an empty config', r'toy\.py', text('toy.py', '')),
    Row(
        TRAIN,
        'a key that is nearly a known one',
        r'`train_cgf`.*did you mean `train_cfg`\?',
        added('toy.py', 'train_cgf = dict(max_iters=9)'),
    ),
    Row(
        TRAIN,
        'a key that is nearly a known one',
        r'`optim_wraper`.*did you mean `optim_wrapper`\?',
        added('toy.py', 'optim_wraper = dict()'),
    ),
    Row(TRAIN, 'no model', r'model', added('toy.py', 'model = None')),
    Row(
        TRAIN,
        'a model without a type',
        r'type',
        added('toy.py', 'model = dict(a=1, _delete_=True)'),
    ),
    Row(
        TRAIN,
        'a module that is not there',
        r'nomodule',
        added('toy.py', "custom_imports = dict(imports=['nomodule'])"),
    ),
)
