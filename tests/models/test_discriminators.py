"""Discriminators: sizes, parameters and what they are made of."""

import itertools

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.registry import MODELS
from torch import nn

from mmuda.models.discriminators import ContentDiscriminator, MultiScaleDiscriminator
from mmuda.models.layers.spatial_norm import InstanceNorm


def test_multi_scale_equals_pytorchs_own():
    torch.manual_seed(0)
    ours = MultiScaleDiscriminator(3, channels=4, num_layers=2, num_scales=3)
    x = torch.rand(2, 3, 36, 33)
    for i, scores in enumerate(ours(x)):
        layers = []
        for before, after in ((3, 4), (4, 8)):
            conv = nn.Conv2d(before, after, 4, 2)
            layers += [nn.ReflectionPad2d(1), conv, nn.LeakyReLU(0.2)]
        theirs = nn.Sequential(*layers, nn.Conv2d(8, 1, 1))
        pairs = zip(ours.scales[i].parameters(), theirs.parameters(), strict=True)
        for mine, other in pairs:
            other.data = mine.data
        torch.testing.assert_close(scores, theirs(x))
        # Border pixels are averages of the pixels that there are.
        total = F.avg_pool2d(x, 3, 2, 1)
        x = total / F.avg_pool2d(torch.ones_like(x), 3, 2, 1)


def test_multi_scale_takes_images_down_to_64_pixels():
    discriminator = MultiScaleDiscriminator(2, channels=1)
    assert [s.shape[2:] for s in discriminator(torch.rand(1, 2, 64, 70))] == [
        (4, 4),
        (2, 2),
        (1, 1),
    ]
    with pytest.raises(ValueError, match=r'images are 70 x 63 pixels.*64 x 64'):
        discriminator(torch.rand(1, 2, 63, 70))


def test_content_gives_one_score_at_the_published_size():
    """Crops of 216 pixels are 54 x 54 locations of content."""
    discriminator = ContentDiscriminator(4)
    assert discriminator(torch.rand(2, 4, 54, 54)).shape == (2, 1, 1, 1)
    assert discriminator(torch.rand(2, 4, 53, 53)).shape == (2, 1, 1, 1)
    assert discriminator(torch.rand(2, 4, 64, 72)).shape == (2, 1, 2, 3)


def test_content_has_the_published_parameters():
    layers = 3 * 256 * (256 * 7**2 + 1) + 256 * (256 * 4**2 + 1) + 256 + 1
    assert sum(p.numel() for p in ContentDiscriminator().parameters()) == layers


def test_content_rejects_small_patches():
    message = 'content features are 60 x 52, .* at least 53 x 53: take larger patches'
    with pytest.raises(ValueError, match=message):
        ContentDiscriminator(4)(torch.rand(2, 4, 52, 60))


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
        *(m for m in network.layers if not isinstance(m, InstanceNorm))
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
