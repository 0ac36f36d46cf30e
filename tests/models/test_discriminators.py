"""Discriminators of UNIT, MUNIT and DRIT."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from mmuda.models.discriminators import ContentDiscriminator, MultiScaleDiscriminator


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
