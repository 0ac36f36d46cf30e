# Tables 1 and 2 of multi-source adaptation: two of three street data sets, the third as
# the target. Each branch and their merge are measured in one test.
_here = 'mmuda::multi_source/{}_gta5-synthia_cityscapes.py'.format

methods = {
    'no adaptation': dict(config=_here('no-adapt')),
    'all sources as one': dict(config=_here('s-all')),
    'two networks': dict(config=_here('multi-source-two-networks')),
    'multi-source': dict(config=_here('multi-source')),
    'multi-source, half': dict(config=_here('multi-source-half')),
}
pairs = [
    (['gta5', 'synthia'], 'cityscapes'),
    (['cityscapes', 'gta5'], 'synthia'),
    (['cityscapes', 'synthia'], 'gta5'),
]
seeds = [0, 1, 2]
tables = [
    dict(
        title='Table 1 of multi-source adaptation',
        columns='pairs',
        control='no adaptation'),
    dict(
        title='Table 2 of multi-source adaptation',
        methods=['all sources as one', 'two networks'],
        columns='classes'),
]
