# LSD on FCN-8s (Sect. 4): G reads fc7, the embedding, and as in the released code pool4
# and pool3.
_base_ = [
    './lsd.py', '../models/deeplabv2_r101.py', '../models/fcn8s_vgg16_unscaled.py',
    '../default_runtime.py'
]
source_model = '../../lsd/source-only_hannover_vaihingen.py'
model = _base_.fcn8s_vgg16
adaptor = dict(
    objectives=dict(
        alignment=dict(
            taps=[
                'backbone.features.16',
                'backbone.features.23',
                'backbone.classifier.5',
            ],
            generator=dict(type='FCN8sGenerator'))))
demo = '../demo/lsd.py'
