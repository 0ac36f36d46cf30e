# Row "Gray world" of Table 1.
_base_ = './_base_/translated.py'
translator = dict(config='../colour_transfer/gray-world_hannover_vaihingen.py')
custom_hooks = [
    dict(type='ReproducibleHook'),
    dict(type='TranslationHook', translator=translator),
]
