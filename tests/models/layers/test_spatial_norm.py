"""Moments of patches and of domains."""

import copy

import pytest
import torch
from torch import nn

from mmuda.models.layers.spatial_norm import (
    AdaptiveInstanceNorm,
    InstanceNorm,
    LayerNorm,
    domain_moments,
    estimating,
    moments,
    patch_moments,
)
from mmuda.models.validity import valid_share

ROUTE = ('source', 'target')


@pytest.fixture
def features():
    torch.manual_seed(0)
    return 3 * torch.randn(4, 5, 6, 8, dtype=torch.double) + 1


@pytest.fixture
def valid():
    """Of images of twice the size; the last one is not valid anywhere."""
    mask = torch.rand(4, 1, 12, 16, generator=torch.Generator().manual_seed(1)) < 0.5
    mask[3] = False
    return mask


def moments_by_loops(features, valid):
    """Mean and biased variance of each channel; a cell counts by its valid pixels."""
    number, channels, height, width = features.shape
    mean = torch.zeros(number, channels, dtype=torch.double)
    variance = torch.ones(number, channels, dtype=torch.double)
    for n in range(number):
        share = torch.zeros(height, width, dtype=torch.double)
        for y in range(height):
            for x in range(width):
                cell = valid[n, 0, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2]
                share[y, x] = cell.double().mean()
        if not share.sum():
            continue
        for c in range(channels):
            mean[n, c] = (share * features[n, c]).sum() / share.sum()
            squares = share * (features[n, c] - mean[n, c]) ** 2
            variance[n, c] = squares.sum() / share.sum()
    return mean, variance


def test_share_of_any_resolution(valid):
    assert valid_share(None, torch.rand(4, 1, 6, 8)) is None
    for size in ((6, 8), (3, 4), (12, 16), (5, 7)):
        share = valid_share(valid, torch.rand(4, 2, *size))
        assert share.shape == (4, 1, *size)
        assert share.min() >= 0
        assert share.max() <= 1
    torch.testing.assert_close(
        valid_share(valid, torch.rand(4, 1, 12, 16)), valid * 1.0
    )


def test_moments(features, valid):
    mean, variance, number = moments(features, valid, (2, 3))
    expected = moments_by_loops(features, valid)
    torch.testing.assert_close(mean[..., 0, 0], expected[0])
    torch.testing.assert_close(variance[..., 0, 0], expected[1])
    torch.testing.assert_close(number[:, 0, 0, 0], valid.double().sum((1, 2, 3)) / 4)


def test_instance_norm_of_a_patch_is_that_of_torch(features):
    for affine in (False, True):
        ours = InstanceNorm(5, affine=affine).double()
        theirs = nn.InstanceNorm2d(5, affine=affine).double()
        if affine:
            for layer in (ours, theirs):
                layer.weight.data = torch.arange(1.0, 6).double()
                layer.bias.data = torch.arange(5.0).double()
        assert torch.equal(ours(features), theirs(features))
        with patch_moments(torch.ones(4, 1, 12, 16, dtype=torch.bool)):
            torch.testing.assert_close(ours(features), theirs(features))


def test_layer_norm_of_a_patch_is_that_of_torch(features):
    ours, theirs = LayerNorm(5).double(), nn.LayerNorm([5, 6, 8]).double()
    torch.testing.assert_close(ours(features), theirs(features))
    with patch_moments(torch.ones(4, 1, 12, 16, dtype=torch.bool)):
        torch.testing.assert_close(ours(features), theirs(features))


def test_invalid_pixels_enter_no_moments(features, valid):
    mean, variance = moments_by_loops(features, valid)
    expected = (features - mean[..., None, None]) / (
        variance[..., None, None] + 1e-5
    ).sqrt()
    other = features.clone()
    unseen = valid_share(valid, features).expand_as(features) == 0
    other[unseen] = 1e6
    with patch_moments(valid):
        torch.testing.assert_close(InstanceNorm(5)(features), expected)
        for layer in (InstanceNorm(5), LayerNorm(5).double()):
            assert torch.equal(layer(features)[~unseen], layer(other)[~unseen])


def test_adain_values(features):
    """std_s (x - mean(x)) / std(x) + mean_s, channel by channel."""
    torch.manual_seed(1)
    style = 2 * torch.randn(4, 5, 3, 3, dtype=torch.double) - 1
    layer = AdaptiveInstanceNorm(5).double()
    styled = layer(features, *layer.style(style))
    for n in range(4):
        for c in range(5):
            x, s = features[n, c], style[n, c]
            std_x = ((x - x.mean()) ** 2).mean().add(1e-5).sqrt()
            std_s = ((s - s.mean()) ** 2).mean().add(1e-5).sqrt()
            expected = std_s * (x - x.mean()) / std_x + s.mean()
            torch.testing.assert_close(styled[n, c], expected)


def test_adain_with_its_own_style_is_the_identity(features, valid):
    layer = AdaptiveInstanceNorm(5).double()
    own = layer(features, *layer.style(features))
    torch.testing.assert_close(own, features)
    with patch_moments(valid):
        own = layer(features, *layer.style(features, valid))
    torch.testing.assert_close(own, features)


@pytest.mark.parametrize('kind', [InstanceNorm, LayerNorm])
def test_domain_moments_are_those_of_all_patches_together(kind, features, valid):
    layer = kind(5).double()
    for part in ([0, 1], [3], [2]):
        with estimating(ROUTE, valid[part]):
            layer(features[part])
    over = (0, 2, 3) if kind is InstanceNorm else (0, 1, 2, 3)
    mean, variance, number = moments(features, valid, over)
    torch.testing.assert_close(layer.domain_mean[0], mean.flatten())
    torch.testing.assert_close(layer.domain_var[0], variance.flatten())
    torch.testing.assert_close(layer.domain_number[0], number.flatten())

    with domain_moments(ROUTE):
        whole, part = layer(features), layer(features[..., 2:5, 3:7])
    torch.testing.assert_close(whole, (features - mean) / (variance + 1e-5).sqrt())
    torch.testing.assert_close(whole[..., 2:5, 3:7], part)


def test_routes_do_not_mix_and_are_forgotten(features):
    layer = InstanceNorm(5).double()
    with estimating(ROUTE):
        layer(features)
    kept = copy.deepcopy(layer.state_dict())
    with estimating(('target', 'source')):
        layer(features + 100)
    for name, value in layer.state_dict().items():
        assert torch.equal(value[0], kept[name][0])
        assert not torch.equal(value[1], kept[name][1])
    layer.forget(('target', 'source'))
    for name, value in layer.state_dict().items():
        assert torch.equal(value, kept[name])


def test_a_mini_batch_is_normalised_as_one_image_when_estimating(features):
    layer = InstanceNorm(5).double()
    with estimating(ROUTE):
        estimated = layer(features)
    with domain_moments(ROUTE):
        torch.testing.assert_close(layer(features), estimated)


def test_what_is_used_in_training_alone_keeps_no_moments():
    assert not list(InstanceNorm(5, keeps_moments=False).buffers())
