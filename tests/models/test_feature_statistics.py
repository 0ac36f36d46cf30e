"""MMD and channel statistics against loops over their formulas."""

import itertools
import math

import pytest
import torch
from conftest import toy_batch
from toy_objectives import begin, build, gradients

from mmuda.models.objectives.mmd_alignment import FACTORS, linear_mmd, quadratic_mmd
from mmuda.models.objectives.style_alignment import (
    channel_statistics,
    gram_matrix,
    style_distance,
)


@pytest.fixture
def samples():
    torch.manual_seed(0)
    source = torch.randn(6, 3, dtype=torch.float64)
    return source, torch.randn(6, 3, dtype=torch.float64) + 0.5


def squared(x, y):
    return sum((a - b) ** 2 for a, b in zip(x, y, strict=True))


def kernel(distance, bandwidth):
    kernels = [math.exp(-distance / (factor * bandwidth)) for factor in FACTORS]
    return sum(kernels) / len(kernels)


def test_quadratic(samples):
    """Gretton et al. 2012, Eq. 3, with the mean squared distance of all pairs."""
    s, t = (x.tolist() for x in samples)
    points = s + t
    pairs = list(itertools.permutations(points, 2))
    bandwidth = sum(squared(x, y) for x, y in pairs) / len(pairs)

    def mean(pairs):
        pairs = list(pairs)
        return sum(kernel(squared(x, y), bandwidth) for x, y in pairs) / len(pairs)

    expected = mean(itertools.permutations(s, 2)) + mean(itertools.permutations(t, 2))
    expected -= 2 * mean(itertools.product(s, t))
    found = quadratic_mmd(*samples, FACTORS).item()
    assert found == pytest.approx(expected, rel=1e-9)


def test_linear(samples):
    """Long et al. 2015, Eq. 4: 2 / n sum over quadruples (s1, s2, t1, t2)."""
    s, t = (x.tolist() for x in samples)
    quadruples = [(s[i], s[i + 1], t[i], t[i + 1]) for i in range(0, 6, 2)]
    distances = [
        [squared(a, b), squared(c, d), squared(a, d), squared(b, c)]
        for a, b, c, d in quadruples
    ]
    bandwidth = sum(map(sum, distances)) / 12
    expected = 0.0
    for of_quadruple in distances:
        within_s, within_t, *across = (kernel(d, bandwidth) for d in of_quadruple)
        expected += 2 / 6 * (within_s + within_t - sum(across))
    found = linear_mmd(*samples, FACTORS).item()
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize('estimate', [quadratic_mmd, linear_mmd])
def test_unbiased(estimate):
    """The mean over many draws of equal distributions is 0, of different ones not."""
    generator = torch.Generator().manual_seed(0)

    def mean(shift):
        draws = [
            estimate(
                torch.randn(20, 2, generator=generator),
                torch.randn(20, 2, generator=generator) + shift,
                FACTORS,
            )
            for _ in range(400)
        ]
        return torch.stack(draws).mean().item()

    assert abs(mean(0.0)) < 0.01
    assert mean(2.0) > 0.1


@pytest.mark.parametrize('estimate', [quadratic_mmd, linear_mmd])
def test_gradient_of_equal_points_is_finite(estimate):
    points = torch.ones(4, 3, requires_grad=True)
    estimate(points, points.detach() + torch.eye(4, 3), FACTORS).backward()
    assert points.grad.isfinite().all()


def test_style():
    """Mean over channels of the squared differences of mean and deviation."""
    one = torch.randn(2, 3, 2, 4, dtype=torch.float64)
    other = torch.randn(1, 3, 5, 3, dtype=torch.float64)
    expected = 0.0
    for c in range(3):
        moments = []
        for features in (one, other):
            values = features[:, c].flatten().tolist()
            mean = sum(values) / len(values)
            variance = sum((v - mean) ** 2 for v in values) / len(values)
            moments.append((mean, math.sqrt(variance)))
        (m1, d1), (m2, d2) = moments
        expected += ((m1 - m2) ** 2 + (d1 - d2) ** 2) / 3
    found = style_distance(channel_statistics(one), channel_statistics(other))
    assert found.item() == pytest.approx(expected, rel=1e-6)


def test_style_of_a_constant_channel_has_a_gradient():
    features = torch.ones(1, 1, 2, 2, requires_grad=True)
    sum(channel_statistics(features)).sum().backward()
    assert features.grad.isfinite().all()


MMD = dict(type='MMDAlignment', tap='backbone.decoder.0', num_locations=16)
STYLE = dict(type='StyleAlignment', taps=['backbone.encoder.0', 'backbone.decoder.0'])


@pytest.mark.parametrize('objective', [MMD, dict(MMD, estimate='linear'), STYLE])
def test_reach_the_tapped_layers_alone(objective):
    model, _ = build({'it': objective})
    reached = gradients(model, 'segmentor')
    (loss,) = (found for key, found in reached.items() if key.startswith('it.'))
    names = {n for n, _ in model.named_parameters()}
    assert loss == {n for n in names if n.startswith('segmentor.backbone')}


def test_style_of_the_target_stands_still():
    """The target is what the source is pulled to: it carries no gradient."""
    model, _ = build({'it': STYLE})
    domains = begin(model, toy_batch(size=32))
    domains['target'].inputs.requires_grad_()
    domains['source'].inputs.requires_grad_()
    loss = model.phase_losses('segmentor', domains)['it.loss_style']
    inputs = [domains[name].inputs for name in ('source', 'target')]
    of_source, of_target = torch.autograd.grad(loss, inputs, allow_unused=True)
    assert of_source.any()
    assert of_target is None


def test_several_sources_are_averaged():
    batch = toy_batch(('source_0', 'source_1', 'target'), size=32)
    model, _ = build({'it': STYLE})
    both = model.phase_losses('segmentor', begin(model, batch))
    losses = []
    for kept in (0, 1):
        part = {k: [v[kept], v[2]] for k, v in batch.items()}
        found = model.phase_losses('segmentor', begin(model, part))
        losses.append(found['it.loss_style'])
    torch.testing.assert_close(both['it.loss_style'], sum(losses) / 2)


@pytest.mark.parametrize(
    ('option', 'match'),
    [
        (dict(estimate='cubic'), r"estimate must be one of \['linear', 'quadratic'\]"),
        (dict(num_locations=3), 'num_locations must be even, got 3'),
    ],
)
def test_rejects(option, match):
    with pytest.raises(ValueError, match=match):
        build({'it': dict(MMD, **option)})


@pytest.mark.parametrize('masked', [False, True])
def test_gram_matrix(masked):
    """Mean product of each pair of channels over the valid locations."""
    torch.manual_seed(0)
    features = torch.randn(2, 3, 4, 5, dtype=torch.float64)
    valid = torch.rand(2, 1, 4, 5) > 0.4 if masked else None
    columns = [
        features[n, :, i, j].tolist()
        for n, i, j in itertools.product(range(2), range(4), range(5))
        if valid is None or valid[n, 0, i, j]
    ]
    (found,) = gram_matrix(features, valid)
    for c, d in itertools.product(range(3), repeat=2):
        expected = sum(column[c] * column[d] for column in columns) / len(columns)
        assert found[c, d].item() == pytest.approx(expected, rel=1e-9)


def test_an_unknown_style_is_refused():
    style = dict(type='StyleAlignment', taps=['backbone.encoder.0'], style='median')
    with pytest.raises(ValueError, match=r"must be one of \['gram', 'moments'\], got"):
        build(dict(style=style))
