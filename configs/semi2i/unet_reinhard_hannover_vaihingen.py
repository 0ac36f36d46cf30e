# Not in the paper: mean and deviation of each band.
_base_ = './_base_/translated.py'
translator = dict(config='../colour_transfer/reinhard_hannover_vaihingen.py')
custom_hooks = [
    dict(type='ReproducibleHook'),
    dict(type='TranslationHook', translator=translator),
]
