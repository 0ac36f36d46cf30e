# Not in the paper: low-frequency amplitudes of the target (FDA).
_base_ = './_base_/translated.py'
translator = dict(config='../colour_transfer/fourier_hannover_vaihingen.py')
custom_hooks = [
    dict(type='ReproducibleHook'),
    dict(type='TranslationHook', translator=translator),
]
