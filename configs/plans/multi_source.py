# Multi-source adaptation: two sources and one target.
_here = 'mmuda::multi_source/{}_gta5-synthia_cityscapes.py'.format

methods = {
    'no adaptation': dict(config=_here('no-adapt')),
    'all sources as one': dict(config=_here('s-all')),
    'two networks': dict(config=_here('multi-source-two-networks')),
    'multi-source': dict(config=_here('multi-source')),
    'multi-source, half': dict(config=_here('multi-source-half')),
}
pairs = [(['gta5', 'synthia'], 'cityscapes')]
seeds = [0, 1, 2]
tables = [dict(title='Multi-source', columns='classes', control='no adaptation')]
