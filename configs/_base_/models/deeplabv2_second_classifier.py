# A second classifier on the features of conv4 (AdaptSegNet, Sect. 3.3):
# `model = dict(auxiliary_head=_base_.second_classifier)`.
second_classifier = dict(
    type='DeepLabV2Head',
    in_channels=1024,
    in_index=2,
    num_classes=None,
    dilations=(6, 12, 18, 24),
    align_corners=True,
    loss_decode=dict(
        type='CrossEntropyLoss', avg_non_ignore=True,
        loss_weight=0.1))  # lambda_seg, Sect. 4.4
