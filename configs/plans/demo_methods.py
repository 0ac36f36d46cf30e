# Single-source methods on two networks, on the made-up cities; the ablation of
# category-adaptive adaptation is among them.
_config = 'mmuda::{}_hannover_vaihingen.py'.format
_deeplabv2 = {
    'original': 'category_adaptive/original',
    'original + adv': 'category_adaptive/style',
    'SSL once': 'category_adaptive/category-adaptive-once',
    'SSL twice': 'category_adaptive/category-adaptive',
    'Gram matrix': 'category_adaptive/style-gram',
    'mean & std': 'category_adaptive/style-moments',
    'CBST': 'cbst/cbst',
    'AdaptSegNet': 'adaptsegnet/adaptsegnet-single',
    'ADVENT': 'advent/advent',
    'MinEnt': 'advent/minent',
    'CLAN': 'clan/clan',
    'maximum squares': 'maximum_squares/maximum-squares',
    'maximum squares image-wise': 'maximum_squares/maximum-squares-iw',
    'AdaptSegNet two levels': 'adaptsegnet/adaptsegnet-multi',
    'CyCADA feature part': 'cycada/cycada',
    'DCAN': 'dcan/dcan',
    'MMD': 'mmd/mmd',
    'FCNs in the wild': 'fcns_wild/fcns-wild',
    'curriculum': 'curriculum/curriculum',
    'control 8 pairs': 'dacs/control',
    'DACS 8 pairs': 'dacs/dacs',
}
_translated = {
    'CyCADA': 'cycada/cycada-translated',
    'DCAN translated': 'dcan/dcan-translated',
    'BDL before rounds': 'bdl/bdl-adapted',
    'BDL first turn': 'bdl/bdl',
    'BDL second turn': 'bdl/bdl-second',
}
_source = {
    'source-only': 'adaptsegnet/source-only',
    'source-only augmented': 'source_only/source-only_augmented',
    'CyCADA images': 'cycada/source-only_translated',
}
_transformer = {
    'DAFormer source-only': 'daformer/source-only',
    'MIC': 'mic/mic',
}

methods = {
    **{
        name: dict(config=_config(file), alphas=[None, 1])  # @1: AdaBN
        for name, file in _source.items()
    },
    'control': dict(
        config=_config('adaptsegnet/batch-statistics'), variants=['', 'long']
    ),
    **{
        name: dict(config=_config(file))
        for name, file in {**_deeplabv2, **_transformer}.items()
    },
    'DAFormer': dict(config=_config('daformer/daformer'), variants=['', 'control']),
    **{name: dict(config=_config(file)) for name, file in _translated.items()},
}
variants = {
    'control': {
        'adaptor.objectives.mix.loss_weight': 0.0,
        'adaptor.objectives.distance.loss_weight': 0.0,
    },
    'long': {  # as many iterations as two rounds of self-training have
        'train_cfg.max_iters': 600,
        'train_cfg.val_interval': 600,
        'param_scheduler.0.end': 600,
    },
}
seeds = [0, 1, 2]
size = 'demo'
tables = [
    dict(
        title='DeepLabV2 on made-up cities',
        methods=[*_source, 'control', 'control long', *_deeplabv2, *_translated],
        columns='classes',
        control='control'),
    dict(
        title='A transformer on made-up cities',
        methods=[*_transformer, 'DAFormer', 'DAFormer control'],
        columns='classes',
        control='DAFormer control'),
]
