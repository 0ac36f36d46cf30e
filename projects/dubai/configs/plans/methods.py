# Table 3 of category-adaptive adaptation, and DAFormer's network, on Dubai, with the
# batch statistics of the source (@0) and of the target (@1):
# `mmuda experiments projects/dubai/configs/plans/methods.py`, in the repository's root.
_config = 'mmuda::{}_hannover_vaihingen.py'.format
_source = {
    'source-only': 'adaptsegnet/source-only',
    'source-only augmented': 'source_only/source-only_augmented',
    'DAFormer source-only': 'daformer/source-only',
}
_deeplabv2 = {
    'control': 'adaptsegnet/batch-statistics',
    'original': 'category_adaptive/original',
    'original + adv': 'category_adaptive/style',
    'Gram matrix': 'category_adaptive/style-gram',
    'mean & std': 'category_adaptive/style-moments',
}
_transformer = {'MIC': 'mic/mic'}

methods = {
    **{
        name: dict(config=_config(file), alphas=[None, 1])  # their own, AdaBN
        for name, file in _source.items()
    },
    **{
        name: dict(config=_config(file), alphas=[0, 1])
        for name, file in {**_deeplabv2, **_transformer}.items()
    },
    'DAFormer': dict(
        config=_config('daformer/daformer'), variants=['', 'control'], alphas=[0, 1]
    ),
}
variants = {
    'control': {
        'adaptor.objectives.mix.loss_weight': 0.0,
        'adaptor.objectives.distance.loss_weight': 0.0,
    }
}
pairs = [('projects/dubai/configs/tiles_7_8.py', 'projects/dubai/configs/tiles_1_6.py')]
seeds = [0, 1, 2]
size = 'small'
amp = True
_rows = [f'{name}@{alpha}' for alpha in (0, 1) for name in _deeplabv2]
tables = [
    dict(
        title='DeepLabV2 on Dubai',
        methods=[
            'source-only',
            'source-only@1',
            'source-only augmented',
            'source-only augmented@1',
            *_rows,
        ],
        columns='classes',
        control='control@1',
    ),
    dict(
        title='A transformer on Dubai',
        methods=[
            'DAFormer source-only',
            'DAFormer source-only@1',
            *[f'{name}@0' for name in ('DAFormer control', 'DAFormer', 'MIC')],
            *[f'{name}@1' for name in ('DAFormer control', 'DAFormer', 'MIC')],
        ],
        columns='classes',
        control='DAFormer control@1',
    ),
]
