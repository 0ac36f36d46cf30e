# Control: the losses that adapt have a weight of 0, but batch normalisation sees the
# target: GTA5 to Cityscapes.
_base_ = '../_base_/methods/category_adaptive.py'
source, target = 'gta5', 'cityscapes'
translator = '../bdl/cyclegan_gta5_cityscapes.py'
adaptor = dict(
    objectives=dict(output=dict(loss_weight=0.0), style=dict(loss_weight=0.0))
)
demo = '../_base_/demo/category_adaptive_control.py'
