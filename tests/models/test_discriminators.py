"""Discriminators: sizes, parameters and what they are made of."""

import itertools

import pytest
import torch
from mmseg.registry import MODELS
from torch import nn


def build(kind, **options):
    return MODELS.build(dict(type=kind, **options))


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def test_adaptsegnet():
    """Tsai et al. 2018, Sect. 4.3: 5 layers of 4 x 4, stride 2, to 64..512 and 1."""
    network = build('FullyConvolutionalDiscriminator', in_channels=19)
    widths = [19, 64, 128, 256, 512, 1]
    expected = sum(16 * a * b + b for a, b in itertools.pairwise(widths))
    assert parameters(network) == expected == 2_781_121
    assert network(torch.rand(1, 19, 512, 1024)).shape == (1, 1, 16, 32)
    slopes = [
        m.negative_slope for m in network.modules() if isinstance(m, nn.LeakyReLU)
    ]
    assert slopes == [0.2] * 4
    assert not any(isinstance(m, nn.BatchNorm2d) for m in network.modules())


def test_dcgan_normalises_the_middle():
    """Radford et al. 2016: not the first layer and not the last."""
    network = build(
        'FullyConvolutionalDiscriminator', in_channels=3, norm_cfg=dict(type='BN')
    )
    kinds = [type(m).__name__ for m in network.layers]
    middle = ['Conv2d', 'BatchNorm2d', 'LeakyReLU'] * 3
    assert kinds == ['Conv2d', 'LeakyReLU', *middle, 'Conv2d']


def test_patchgan_sees_70_pixels():
    network = build('PatchGANDiscriminator')
    assert network(torch.rand(1, 3, 256, 256)).shape == (1, 1, 30, 30)
    # What the middle score depends on: 70 x 70 pixels. Instance normalisation, by
    # which it depends on all, is taken out for that.
    network.layers = nn.Sequential(
        *(m for m in network.layers if not isinstance(m, nn.InstanceNorm2d))
    )
    image = torch.rand(1, 3, 256, 256, requires_grad=True)
    network(image)[0, 0, 15, 15].backward()
    seen = image.grad[0].abs().sum(0).nonzero()
    assert (seen.amax(0) - seen.amin(0) + 1).tolist() == [70, 70]


def test_pixelwise_judges_each_location_by_itself():
    network = build('PixelwiseDiscriminator', in_channels=4, channels=(8, 6)).eval()
    features = torch.rand(1, 4, 3, 3)
    scores = network(features)
    assert scores.shape == (1, 2, 3, 3)
    alone = network(features[..., 1:2, 2:3])
    torch.testing.assert_close(scores[..., 1:2, 2:3], alone)


@pytest.mark.parametrize(('channels', 'count'), [((512, 256), 142_082)])
def test_cycada(channels, count):
    """19 -> 512 -> 256 -> 2 by 1 x 1 convolutions."""
    network = build('PixelwiseDiscriminator', in_channels=19, channels=channels)
    assert parameters(network) == count == 19 * 512 + 512 + 512 * 256 + 256 + 514
