# No style bridging, no self-training: "original" of Table 2: GTA5 to Cityscapes.
_base_ = '../_base_/methods/category_adaptive.py'
source, target = 'gta5', 'cityscapes'
translator = '../bdl/cyclegan_gta5_cityscapes.py'
kept = _base_.adaptor.objectives
adaptor = dict(
    objectives=dict(_delete_=True, supervision=kept.supervision, output=kept.output)
)
del kept
demo = '../_base_/demo/adaptsegnet_single.py'
