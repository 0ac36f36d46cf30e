# Not in the paper: full covariance of the bands.
_base_ = './_base_/translated.py'
translator = dict(config='../colour_transfer/zca_hannover_vaihingen.py')
custom_hooks = [
    dict(type='ReproducibleHook'),
    dict(type='TranslationHook', translator=translator),
]
