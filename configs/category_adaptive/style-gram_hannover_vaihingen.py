# MSE of styles, "Gram matrix" of Table 3: any pair of cities.
_base_ = '../_base_/methods/category_adaptive.py'
source, target = 'hannover', 'vaihingen'
adaptor = dict(
    objectives=dict(
        style=dict(
            _delete_=True,
            type='StyleAlignment',
            style='gram',
            taps=['backbone.layer1', 'backbone.layer2'],
            loss_weight=0.001,
        )
    )
)
demo = '../_base_/demo/style_statistics.py'
