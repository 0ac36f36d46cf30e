# HRDA (Hoyer et al. 2022): DAFormer on two resolutions.
_base_ = './daformer.py'

model = dict(
    type='MultiResolutionEncoderDecoder',
    scale_attention=dict(
        # The released code: the light decoder of SegFormer.
        type='SegformerHead',
        in_channels=[64, 128, 320, 512],
        in_index=[0, 1, 2, 3],
        channels=256,
        num_classes=None,
        norm_cfg=dict(type='BN', requires_grad=True),
        align_corners=False),
    detail_size=(512, 512),  # Sect. 4.1
    context_scale=0.5,
    detail_weight=0.1)  # lambda_d
adaptor = dict(objectives=dict(distance=dict(scale=0.5)))
demo = '../demo/hrda.py'
