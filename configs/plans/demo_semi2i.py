# Translators of SemI2I's table that need little or no training, on the made-up cities,
# beside doing nothing and training on for as long, on images as they are.
_unet = 'mmuda::semi2i/unet_{}_hannover_vaihingen.py'.format
_translators = {
    'SemI2I': 'semi2i',
    'gray world': 'gray-world',
    'histogram matching': 'histogram-matching',
    'Reinhard': 'reinhard',
    'Reinhard in Lab': 'reinhard-lab',
    'ZCA': 'zca',
    'FDA': 'fourier',
}

methods = {
    'U-net': dict(
        config=_unet('source-only'),
        variants=['', 'augmented'],
        alphas=[None, 1]),  # @1: AdaBN
    'control': dict(config=_unet('control')),
    **{name: dict(config=_unet(file)) for name, file in _translators.items()},
}
variants = {
    'augmented': {'source_augmentation': [dict(type='SourceAugmentation')]},
}
seeds = [0, 1, 2]
size = 'demo'
tables = [
    dict(
        title='Translators on made-up cities',
        columns='classes',
        control='control'),
]
