# Mask2Former on Swin-T, of MMDetection: pip install 'mmuda[mmdet]'. Cheng et al. 2022,
# Sect. 4.1: layers, queries, points and the weights of losses; Swin-T as in UPerNet.
_base_ = './upernet_swin.py'
custom_imports = dict(imports='mmdet.models', allow_failed_imports=False)
width = 256
heads = dict(embed_dims=width, num_heads=8, batch_first=True)
model = dict(
    decode_head=dict(
        _delete_=True,
        type='SemanticMask2FormerHead',
        in_channels=[96, 192, 384, 768],
        feat_channels=width,
        out_channels=width,
        num_classes=None,
        num_queries=100,
        pixel_decoder=dict(
            type='mmdet.MSDeformAttnPixelDecoder',
            num_outs=3,
            norm_cfg=dict(type='GN', num_groups=32),
            act_cfg=dict(type='ReLU'),
            encoder=dict(
                num_layers=6,
                layer_cfg=dict(
                    self_attn_cfg=dict(
                        num_levels=3, num_points=4, dropout=0.0, **heads),
                    ffn_cfg=dict(
                        embed_dims=width, feedforward_channels=1024, ffn_drop=0.0))),
            positional_encoding=dict(num_feats=width // 2, normalize=True)),
        positional_encoding=dict(num_feats=width // 2, normalize=True),
        transformer_decoder=dict(
            return_intermediate=True,
            num_layers=9,
            layer_cfg=dict(
                self_attn_cfg=heads,
                cross_attn_cfg=heads,
                ffn_cfg=dict(embed_dims=width, feedforward_channels=2048))),
        loss_cls=dict(type='mmdet.CrossEntropyLoss', loss_weight=2.0),
        loss_mask=dict(
            type='mmdet.CrossEntropyLoss', use_sigmoid=True, loss_weight=5.0),
        loss_dice=dict(
            type='mmdet.DiceLoss', naive_dice=True, eps=1.0, loss_weight=5.0),
        train_cfg=dict(
            num_points=12544,
            assigner=dict(
                type='mmdet.HungarianAssigner',
                match_costs=[
                    dict(type='mmdet.ClassificationCost', weight=2.0),
                    dict(
                        type='mmdet.CrossEntropyLossCost',
                        use_sigmoid=True,
                        weight=5.0),
                    dict(
                        type='mmdet.DiceCost', pred_act=True, eps=1.0, weight=5.0),
                ]),
            sampler=dict(type='mmdet.MaskPseudoSampler'))),
    auxiliary_head=None)
# The optimizer of the paper and its code; the other networks have SegFormer's.
published = dict(
    optimizer=dict(lr=1e-4, weight_decay=0.05),
    clip_grad=dict(max_norm=0.01),
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.1))))
feature_tap = 'decode_head.pixel_decoder.mask_feature'  # embeddings of the pixels
