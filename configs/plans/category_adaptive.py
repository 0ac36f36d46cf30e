# Category-adaptive adaptation: Tables 1 to 3, GTA5 to Cityscapes.
_config = 'mmuda::{}_gta5_cityscapes.py'.format
_compared = dict(
    CBST='cbst/cbst',
    CyCADA='cycada/cycada',
    ADVENT='advent/advent',
    DCAN='dcan/dcan',
    CLAN='clan/clan',
    BDL='bdl/bdl',
)
_own = {
    'original': 'original',
    'original + adv': 'style',
    'SSL once': 'category-adaptive-once',
    'SSL twice': 'category-adaptive',
    'Gram matrix': 'style-gram',
    'mean & std': 'style-moments',
}

methods = {
    'source-only': dict(config=_config('adaptsegnet/source-only')),
    **{name: dict(config=_config(file)) for name, file in _compared.items()},
    **{
        name: dict(config=_config(f'category_adaptive/{file}'))
        for name, file in _own.items()
    },
}
seeds = [0, 1, 2]
_ablation = ['original', 'original + adv', 'SSL once', 'SSL twice']
tables = [
    dict(
        title='Table 1 of category-adaptive adaptation',
        methods=['source-only', *_compared, 'SSL twice'],
        columns='classes',
        control='source-only'),
    dict(
        title='Table 2 of category-adaptive adaptation',
        methods=_ablation,
        control='original'),
    dict(
        title='Table 3 of category-adaptive adaptation',
        methods=['Gram matrix', 'mean & std', 'original + adv']),
]
