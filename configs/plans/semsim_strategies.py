# SemSim: pairing strategies from Hannover to Vaihingen (Fig. 9, Tables 3 and 4). The
# runs are those of semsim.py.
_semsim = 'mmuda::semsim/{}_hannover_vaihingen.py'.format

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
pairs = [('hannover', 'vaihingen')]
seeds = [0, 1, 2]
tables = [dict(title='Strategies of SemSim', columns='classes', control='random')]
