# Style gap bridging, pipelines that translate first, and DAFormer's network, on Dubai,
# with the batch statistics of the source (@0) and of the target (@1):
# `mmuda experiments projects/dubai/configs/plans/methods.py`, in the repository's root.
_config = 'mmuda::{}_hannover_vaihingen.py'.format
_own = 'projects/dubai/configs/transformer/{}.py'.format
_source = {
    'source-only': 'adaptsegnet/source-only',
    'source-only augmented': 'source_only/source-only_augmented',
}
_style = {
    'original': 'category_adaptive/original',
    'original + adv': 'category_adaptive/style',
    'Gram matrix': 'category_adaptive/style-gram',
    'mean & std': 'category_adaptive/style-moments',
}
_pipelines = {
    'CyCADA': 'cycada/cycada-translated',
    'DCAN': 'dcan/dcan-translated',
    'BDL before rounds': 'bdl/bdl-adapted',
    'BDL first turn': 'bdl/bdl',
    'BDL second turn': 'bdl/bdl-second',
}
_transformer = ['DAFormer control', 'DAFormer', 'MIC']

methods = {
    **{
        name: dict(config=_config(file), alphas=[None, 1])  # their own, AdaBN
        for name, file in _source.items()
    },
    'CyCADA images': dict(
        config=_config('cycada/source-only_translated'), alphas=[None, 1]
    ),
    **{
        name: dict(config=_config(file), alphas=[0, 1])
        for name, file in {**_style, **_pipelines}.items()
    },
    'control': dict(
        config=_config('adaptsegnet/batch-statistics'),
        variants=['', 'long'],
        alphas=[0, 1],
    ),
    'DAFormer source-only': dict(
        config=_own('source-only'), variants=['', 'augmented'], alphas=[None, 1]
    ),
    'DAFormer': dict(config=_own('daformer'), variants=['control', ''], alphas=[0, 1]),
    'MIC': dict(config=_own('mic'), alphas=[0, 1]),
}
variants = {
    'augmented': {
        'source_augmentation': [dict(type='SourceAugmentation', strength=1.0)]
    },
    'control': {
        'adaptor.objectives.mix.loss_weight': 0.0,
        'adaptor.objectives.distance.loss_weight': 0.0,
    },
    'long': {  # as many iterations as BDL has with its rounds
        'train_cfg.max_iters': 600,
        'train_cfg.val_interval': 600,
        'param_scheduler.0.end': 600,
    },
}
pairs = [('projects/dubai/configs/tiles_7_8.py', 'projects/dubai/configs/tiles_1_6.py')]
seeds = [0, 1, 2]
size = 'small'
amp = True
tables = [
    dict(
        title=title,
        methods=[
            *[f'{name}{alpha}' for alpha in ('', '@1') for name in sources],
            *[f'{name}@{alpha}' for alpha in (0, 1) for name in ['control', *rows]],
        ],
        columns='classes',
        control='control@1',
    )
    for title, sources, rows in (
        ('Style gap bridging on Dubai', _source, _style),
        (
            'Pipelines on Dubai',
            [*_source, 'CyCADA images'],
            ['control long', *_pipelines],
        ),
    )
]
tables.append(
    dict(
        title='A transformer on Dubai',
        methods=[
            'DAFormer source-only',
            'DAFormer source-only augmented',
            'DAFormer source-only@1',
            'DAFormer source-only augmented@1',
            *[f'{name}@{alpha}' for alpha in (0, 1) for name in _transformer],
        ],
        columns='classes',
        control='DAFormer control@1',
    )
)
