# MSE of styles, "mean & std" of Table 3: GTA5 to Cityscapes.
_base_ = '../_base_/methods/category_adaptive.py'
source, target = 'gta5', 'cityscapes'
translator = '../bdl/cyclegan_gta5_cityscapes.py'
adaptor = dict(
    objectives=dict(
        style=dict(
            _delete_=True,
            type='StyleAlignment',
            style='moments',
            taps=['backbone.layer1', 'backbone.layer2'],
            loss_weight=0.001,
        )
    )
)
demo = '../_base_/demo/style_statistics.py'
