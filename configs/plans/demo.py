# Three strategies of pairing beside doing nothing, training on without adaptation, and
# knowing the target's labels.
_semsim = 'mmuda::semsim/{}_hannover_vaihingen.py'.format
_recipe = 'mmuda::source_only/source-only_scratch_hannover_vaihingen.py'

methods = {
    'source-only': dict(
        config=_semsim('source-only'),
        variants=['', 'augmented'],
        alphas=[None, 1]),  # @1: AdaBN
    'recipe': dict(config=_recipe, alphas=[None, 1]),
    'control': dict(config=_semsim('control')),
    'DANN random': dict(config=_semsim('dann-random')),
    'DANN approximation': dict(config=_semsim('dann')),
    'DANN ground truth': dict(config=_semsim('dann-ground-truth')),
    'target-only': dict(config=_semsim('target-only')),
}
variants = {'augmented': {'source_augmentation': [dict(type='SourceAugmentation')]}}
seeds = [0, 1, 2]
size = 'demo'
tables = [
    dict(title='Made-up cities', columns='classes', control='control'),
]
