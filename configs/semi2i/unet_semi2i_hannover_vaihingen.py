# Row "SemI2I (ours)" of Table 1.
_base_ = './_base_/translated.py'
translator = dict(config='./semi2i_hannover_vaihingen.py')
custom_hooks = [
    dict(type='ReproducibleHook'),
    dict(type='TranslationHook', translator=translator),
]
