# FCN-8s trained on the source (Table 2b, "source only"): GTA5 to Cityscapes.
_base_ = [
    '../_base_/methods/lsd_source_only.py', '../_base_/pipelines/street_1024x512.py'
]
source, target = 'gta5', 'cityscapes'
