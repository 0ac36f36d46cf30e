# Two sources to one target on the made-up cities: Table 1 of multi-source adaptation.
_config = 'mmuda::multi_source/{}_hannover-potsdam_vaihingen.py'.format

methods = {
    'No Adapt': dict(
        config=_config('no-adapt'),
        variants=['', 'augmented'],
        alphas=[None, 0]),  # @0: statistics of the sources
    'S-All by itself': dict(config=_config('s-all')),
    'multi-source': dict(config=_config('multi-source')),
}
variants = {'augmented': {'source_augmentation': [dict(type='SourceAugmentation')]}}
seeds = [0, 1, 2]
size = 'demo'
tables = [
    dict(title='Two sources on made-up cities', columns='classes', control='No Adapt'),
]
