# Not in the paper: mean and deviation in the l-alpha-beta space.
_base_ = './_base_/translated.py'
translator = dict(config='../colour_transfer/reinhard-lab_hannover_vaihingen.py')
custom_hooks = [
    dict(type='ReproducibleHook'),
    dict(type='TranslationHook', translator=translator),
]
