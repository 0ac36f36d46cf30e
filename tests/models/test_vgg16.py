"""FCN-8s and DeepLabV2 on VGG16: published counts and sizes, and alignment."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.runner import load_checkpoint
from mmseg.registry import MODELS
from torch import nn

from mmuda.models.backbones.vgg16 import vgg16_features
from mmuda.models.heads.fcn8s import BilinearUpsampling
from mmuda.models.taps import read_taps

# torchvision's VGG16 has 138,357,544 parameters (its documentation), 4,097,000 of them
# in the classifier of 1000 classes.
VGG_16 = 138_357_544 - (4096 * 1000 + 1000)


def count(module):
    return sum(p.numel() for p in module.parameters())


def fcn8s(base_channels=2, hidden_channels=5, num_classes=3):
    """An FCN-8s without dropout, narrow unless told otherwise."""
    widths = [3, 4 * base_channels, 8 * base_channels, hidden_channels]
    return MODELS.build(
        dict(
            type='EncoderDecoder',
            backbone=dict(
                type='FCN8sVGG16',
                base_channels=base_channels,
                hidden_channels=hidden_channels,
                dropout=0.0,
            ),
            decode_head=dict(
                type='FCN8sHead', in_channels=widths, num_classes=num_classes
            ),
        )
    )


def test_convolutions_of_vgg16():
    """Simonyan and Zisserman 2015, Table 2: 138 million, 14.7 of them here."""
    features = nn.Sequential(*vgg16_features())
    assert count(features) == 14_714_688
    assert features(torch.rand(1, 3, 64, 96)).shape == (1, 512, 2, 3)


def test_parameters_of_fcn8s():
    """Long et al. 2015, Table 1: 134 million; all of VGG16 but its last layer."""
    with torch.device('meta'):
        model = fcn8s(64, 4096, 21)
    assert count(model.backbone) == VGG_16 == 134_260_544
    assert count(model.decode_head) == 21 * (256 + 512 + 4096 + 3)
    assert round(count(model) / 1e6) == 134


def test_parameters_of_deeplabv2():
    """AdaptSegNet's VGG16: 13 layers and two of 1024 channels, stride 8."""
    with torch.device('meta'):
        model = MODELS.build(dict(type='DeepLabV2VGG16'))
    wide = 9 * 512 * 1024 + 1024 + 9 * 1024 * 1024 + 1024
    assert count(model) == 14_714_688 + wide
    narrow = MODELS.build(
        dict(type='DeepLabV2VGG16', base_channels=2, hidden_channels=6)
    )
    (features,) = narrow(torch.rand(1, 3, 90, 161))
    assert features.shape == (1, 6, 11, 20)
    dilations = [m.dilation[0] for m in narrow.modules() if isinstance(m, nn.Conv2d)]
    assert dilations == [1] * 10 + [2] * 3 + [4] * 2


@pytest.mark.parametrize('size', [(64, 96), (33, 50), (1, 7), (95, 127)])
def test_scores_have_the_size_of_the_image(size):
    scores = fcn8s()(torch.rand(2, 3, *size))
    assert scores.shape == (2, 3, *size)


def test_inner_layers_can_be_tapped():
    """Those that adversarial methods on FCN-8s read, at their strides (padded)."""
    taps = ['backbone.features.16', 'backbone.features.23', 'backbone.classifier']
    found = read_taps(fcn8s(), torch.rand(1, 3, 64, 96), taps)
    assert [f.shape[1:] for f in found.values()] == [
        (8, 33, 37),  # (64 + 198) / 8, rounded up
        (16, 17, 19),
        (5, 3, 4),  # 9 x 10 less the 6 that a kernel of 7 takes
    ]


def test_scores_start_at_zero_and_learn():
    model = fcn8s()
    scores = model(torch.rand(1, 3, 40, 40))
    assert not scores.any()
    F.cross_entropy(scores, torch.ones(1, 40, 40, dtype=torch.long)).backward()
    for name, parameter in model.decode_head.conv_seg.named_parameters():
        assert parameter.grad.any(), name


@pytest.mark.parametrize('factor', [2, 8])
def test_upsampling_is_bilinear(factor):
    """That of PyTorch, away from the border where the kernel fades out."""
    maps = torch.rand(2, 3, 6, 5)
    found = BilinearUpsampling(factor, maps.shape[1])(maps)
    assert found.shape == (2, 3, 7 * factor, 6 * factor)
    expected = F.interpolate(maps, scale_factor=factor, mode='bilinear')
    half = factor // 2
    inner = slice(half, -half)
    torch.testing.assert_close(
        found[..., factor:-factor, factor:-factor], expected[..., inner, inner]
    )


@pytest.mark.parametrize('score', ['score_fc7', 'score_pool4', 'score_pool3'])
def test_scores_lie_over_what_they_score(score):
    """A block of scores depends on pixels whose centre of mass is the block's.

    For averages in place of maxima, and constant positive weights, so that the
    dependence is symmetric.
    """
    model = fcn8s(base_channels=1, hidden_channels=1, num_classes=1)
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    layers = model.backbone.features
    for i, layer in enumerate(layers):
        if isinstance(layer, nn.MaxPool2d):
            layers[i] = nn.AvgPool2d(2, ceil_mode=True)
    fusion = model.decode_head.conv_seg
    for layer in (*layers, *model.backbone.classifier, fusion.get_submodule(score)):
        if isinstance(layer, nn.Conv2d):
            nn.init.constant_(layer.weight, 1 / layer.weight[0].numel())
    images = torch.ones(1, 3, 1024, 1056, requires_grad=True)
    model(images)[..., 512:544, 480:512].sum().backward()
    weight = images.grad.sum((0, 1)).double()
    for axis, middle in ((0, 527.5), (1, 495.5)):
        line = weight.sum(1 - axis)
        centre = (line * torch.arange(len(line))).sum() / line.sum()
        assert centre.item() == pytest.approx(middle, abs=0.02)


def test_weights_of_classification_fit(tmp_path):
    """Those of the fully connected layers too, as torchvision names and shapes them."""
    torch.manual_seed(0)
    features = nn.Sequential(*vgg16_features(base_channels=2))
    connected = [nn.Linear(16 * 7 * 7, 5), nn.ReLU(), nn.Dropout(0.0)]
    connected += [nn.Linear(5, 5), nn.ReLU(), nn.Dropout(0.0), nn.Linear(5, 1000)]
    vgg = nn.ModuleDict(
        dict(features=features, classifier=nn.Sequential(*connected))
    ).eval()
    torch.save(vgg.state_dict(), tmp_path / 'vgg.pth')
    backbone = fcn8s().backbone.eval()
    backbone.init_cfg = dict(type='Pretrained', checkpoint=str(tmp_path / 'vgg.pth'))
    backbone.init_weights()
    # 7 x 7 locations of pool5 are what the classifier of VGG16 takes.
    pool5 = torch.rand(2, 16, 7, 7)
    expected = vgg['classifier'][:6](pool5.flatten(1))
    found = backbone.classifier(pool5)
    assert found.shape == (2, 5, 1, 1)
    torch.testing.assert_close(found.flatten(1), expected)
    assert torch.equal(backbone.features[28].weight, features[28].weight)

    deeplab = MODELS.build(
        dict(type='DeepLabV2VGG16', base_channels=2, hidden_channels=5)
    )
    load_checkpoint(deeplab, str(tmp_path / 'vgg.pth'), map_location='cpu')
    for i in (0, 17, 24, 28):
        assert torch.equal(deeplab.features[i].weight, features[i].weight)


def test_dilated_front_end_is_the_dense_evaluation_of_vgg16():
    """Yu and Koltun 2016: at every eighth pixel it sees what VGG16 sees at its own.

    That is, at the places of VGG16's own stride, 32, and away from the border.
    """
    torch.manual_seed(0)
    model = MODELS.build(
        dict(type='DilatedVGG16', base_channels=2, hidden_channels=5, dropout=0.0)
    ).double()
    blocks = list(vgg16_features(2))
    plain = nn.Sequential(*blocks).double()
    for number in (23, 30):
        # What subsamples, without its maximum, which the dilated network leaves out.
        plain[number] = nn.AvgPool2d(1, stride=2)
    weights = model.features.state_dict()
    plain.load_state_dict({k: v for k, v in weights.items() if k in plain.state_dict()})
    images = torch.randn(1, 3, 512, 512, dtype=torch.double)
    fc6 = model.classifier[0]
    coarse = F.conv2d(plain(images), fc6.weight, fc6.bias, padding=3)
    coarse = model.classifier[1:](coarse)
    (dense,) = model(images)
    assert dense.shape == (1, 5, 64, 64)
    inside = slice(6, 10)
    torch.testing.assert_close(
        dense[..., ::4, ::4][..., inside, inside], coarse[..., inside, inside]
    )


def test_dilated_front_end_has_the_layers_of_vgg16():
    with torch.device('meta'):
        assert count(MODELS.build(dict(type='DilatedVGG16'))) == VGG_16
