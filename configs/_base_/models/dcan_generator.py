# DCAN's image generator (Wu et al. 2018) with the networks and losses of AdaIN (Huang
# and Belongie 2017), which it is made from. 8 bits become [-1, 1].
data_preprocessor = dict(
    type='DomainDataPreprocessor', mean=[127.5] * 3, std=[127.5] * 3, size_divisor=8)
model = dict(
    type='DCANGenerator',
    bands=3,
    base_channels=64,
    encoder=dict(
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.pytorch.org/models/vgg19-dcbb9e9d.pth')),
    # The style's weight is that of AdaIN's released code.
    weights=dict(content=1.0, style=10.0),
    data_preprocessor=data_preprocessor)
