"""DeepLabV2: the published counts and sizes, and the classifier by hand."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.registry import MODELS

from mmuda.models.taps import read_taps

# torchvision's ResNet-101 has 44,549,160 parameters (its documentation), 2,049,000 of
# them in the classifier of 1000 classes that DeepLab does not have.
RESNET_101 = 44_549_160 - (2048 * 1000 + 1000)


@pytest.fixture(scope='module')
def model():
    """AdaptSegNet's network of two levels, for 19 classes."""
    head = dict(type='DeepLabV2Head', num_classes=19)
    return MODELS.build(
        dict(
            type='EncoderDecoder',
            backbone=dict(
                type='DeepLabV2ResNet', norm_cfg=dict(type='BN', requires_grad=False)
            ),
            decode_head=dict(head, in_channels=2048, in_index=3),
            auxiliary_head=dict(head, in_channels=1024, in_index=2),
        )
    )


def test_parameters(model):
    """Two classifiers of four 3 x 3 convolutions (Chen et al. 2018, Fig. 7)."""

    def count(module):
        return sum(p.numel() for p in module.parameters())

    assert count(model.backbone) == RESNET_101 == 42_500_160
    assert count(model.decode_head) == 4 * (9 * 2048 * 19 + 19)
    assert count(model.auxiliary_head) == 4 * (9 * 1024 * 19 + 19)
    assert count(model) == 44_601_560
    norms = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(norms) == 104
    assert not any(p.requires_grad for m in norms for p in m.parameters())


@pytest.mark.parametrize(
    ('image', 'output'),
    [((64, 128), (9, 17)), ((90, 160), (12, 21)), ((65, 63), (9, 9))],
)
def test_output_size(model, image, output):
    """Stride 8, and one more where the pooling layer rounds up."""
    taps = ['decode_head.conv_seg', 'auxiliary_head.conv_seg']
    with torch.no_grad():
        outputs = read_taps(model, torch.rand(2, 3, *image), taps)
    assert {o.shape for o in outputs.values()} == {(2, 19, *output)}


@pytest.mark.parametrize(('size', 'output'), [(512, 65), (1024, 129), (720, 91)])
def test_published_sizes(model, size, output):
    """65 x 129 at 512 x 1024 (so the feature maps of ProDA's and ADVENT's users), by
    the layers that change the size: convolution, pooling and one stage.
    """
    line = torch.rand(1, 3, size, 9)
    with torch.no_grad():
        pooled = model.backbone.maxpool(model.backbone.conv1(line))
    strides = [
        stage[0].conv1.stride
        for stage in map(
            model.backbone.get_submodule, ('layer1', 'layer2', 'layer3', 'layer4')
        )
    ]
    assert strides == [(1, 1), (2, 2), (1, 1), (1, 1)]
    assert (pooled.shape[2] - 1) // 2 + 1 == output


@pytest.mark.parametrize('dilations', [(6, 12, 18, 24), (6, 12)])
def test_classifier_sums_its_branches(dilations):
    head = MODELS.build(
        dict(type='DeepLabV2Head', in_channels=4, num_classes=3, dilations=dilations)
    )
    features = torch.rand(2, 4, 9, 7)
    convolutions = head.conv_seg.branches
    expected = sum(
        F.conv2d(features, c.weight, c.bias, padding=d, dilation=d)
        for c, d in zip(convolutions, dilations, strict=True)
    )
    torch.testing.assert_close(head([features]), expected)
    assert len(convolutions) == len(dilations)


def test_backbone_is_dilated(model):
    found = [
        {block.conv2.dilation[0] for block in model.backbone.get_submodule(f'layer{i}')}
        for i in (1, 2, 3, 4)
    ]
    assert found == [{1}, {1}, {2}, {4}]
