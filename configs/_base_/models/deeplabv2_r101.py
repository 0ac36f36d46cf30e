# DeepLabV2 as AdaptSegNet (Tsai et al. 2018, Sect. 4.3) and its successors have it:
# ResNet-101 of output stride 8, four dilated convolutions as the classifier.
data_preprocessor = dict(
    type='RasterDataPreprocessor',
    # The Caffe models take blue, green, red less the mean of ImageNet.
    rgb_to_bgr=True,
    mean=[104.00698793, 116.66876762, 122.67891434],
    std=[1.0, 1.0, 1.0],
    size_divisor=1,
    seg_pad_val=255)
model = dict(
    type='EncoderDecoder',
    data_preprocessor=data_preprocessor,
    backbone=dict(
        type='DeepLabV2ResNet',
        depth=101,
        # The released code trains no scale and shift of batch normalisation, but leaves
        # it in training mode: it takes the statistics of the mini-batch.
        norm_cfg=dict(type='BN', requires_grad=False),
        norm_eval=False,
        init_cfg=dict(
            type='Pretrained', checkpoint='open-mmlab://detectron2/resnet101_caffe')),
    decode_head=dict(
        type='DeepLabV2Head',
        in_channels=2048,
        in_index=3,
        num_classes=None,
        dilations=(6, 12, 18, 24),
        align_corners=True,
        loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True)),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
