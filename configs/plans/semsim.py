# SemSim: all ordered pairs of five cities (Sect. 5), wins over random pairs.
_semsim = 'mmuda::semsim/{}_hannover_vaihingen.py'.format
_cities = ('vaihingen', 'potsdam', 'hannover', 'buxtehude', 'nienburg')

methods = {
    'source-only': dict(config=_semsim('source-only')),
    'random': dict(config=_semsim('dann-random')),
    'ground truth': dict(config=_semsim('dann-ground-truth')),
    'shuffled ground truth': dict(config=_semsim('dann-shuffled-ground-truth')),
    'approximation': dict(config=_semsim('dann')),
    'image MMD': dict(config=_semsim('dann-image-mmd')),
    'feature MMD': dict(config=_semsim('dann-feature-mmd')),
    'target-only': dict(config=_semsim('target-only')),
}
pairs = [(a, b) for a in _cities for b in _cities if a != b]
seeds = [0, 1, 2]
tables = [
    dict(title='SemSim, all pairs', columns='pairs', control='random'),
    dict(title='SemSim, against source-only', columns='pairs', control='source-only'),
]
