# The U-net fine-tuned on source patches translated by `histogram-matching_dubai.py`.
_base_ = './_base_/unet_translated.py'
translator = dict(config='histogram-matching_dubai.py')
custom_hooks = [
    dict(type='ReproducibleHook'),
    dict(type='TranslationHook', translator=translator),
]
