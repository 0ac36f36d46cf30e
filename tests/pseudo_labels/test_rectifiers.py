"""Corrections of probabilities against their formulas, written out pixel by pixel."""

import numpy as np
import pytest
import torch

from mmuda.pseudo_labels import BalancedAssignment, Prediction, PrototypeWeighting

C, D = 4, 5
SIZES = [(9, 7), (6, 11), (8, 8)]
TAP = 'backbone'


def predictions(shrunk=1, seed=0):
    """What a model says of some images; class 3 is never the most probable one."""
    generator = torch.Generator().manual_seed(seed)
    found = []
    for height, width in SIZES:
        logits = 2 * torch.randn(C, height, width, generator=generator)
        logits[0] += 1.0
        logits[3] = -5.0
        probabilities = logits.softmax(0)
        valid = torch.rand(height, width, generator=generator) > 0.2
        size = D, height // shrunk, width // shrunk
        features = dict([(TAP, torch.randn(size, generator=generator))])
        found.append(Prediction(probabilities, probabilities, valid, features))
    return found


def learn(rectifier, images):
    for image in images:
        rectifier.observe(image)
    rectifier.learned = rectifier.conclude()
    return rectifier.learned


def product(features, prototypes, probabilities, temperature):
    """omega p of one pixel, made to sum up to 1 (ProDA)."""
    near = [np.exp(-np.linalg.norm(features - eta) / temperature) for eta in prototypes]
    weighted = np.array(near) / sum(near) * probabilities[: len(prototypes)]
    return weighted / weighted.sum()


@pytest.mark.parametrize('temperature', [1.0, 0.3])
def test_prototypes(temperature):
    """Means over all images, then weights by distance; class 3 has none."""
    images = predictions()
    weighting = PrototypeWeighting(C, TAP, temperature)
    found = learn(weighting, images)
    members = {k: [] for k in range(C)}
    for image in images:
        for i, j in image.valid.nonzero().tolist():
            k = int(image.probabilities[:, i, j].argmax())
            members[k].append(image.features[TAP][:, i, j].double().numpy())
    assert not members[3]
    expected = np.array([np.mean(members[k], 0) for k in range(3)])
    np.testing.assert_allclose(found[:3], expected)
    assert np.isnan(found[3]).all()
    for image in images:
        corrected = weighting.rectify(image)
        assert (corrected[3] == 0).all()
        for i, j in ((0, 0), (3, 2), (5, 6)):
            p = image.probabilities[:, i, j].numpy()
            f = image.features[TAP][:, i, j].numpy()
            wanted = product(f, expected, p, temperature)
            np.testing.assert_allclose(corrected[:3, i, j], wanted, rtol=1e-4)


def test_prototypes_of_features_of_half_the_resolution():
    """A location has the class of its mean probabilities; half of it must be valid."""
    (image,) = predictions(shrunk=2)[2:]
    weighting = PrototypeWeighting(C, TAP)
    found = learn(weighting, [image])
    members = {k: [] for k in range(3)}
    for i in range(4):
        for j in range(4):
            rows, columns = slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2)
            valid = image.valid[rows, columns]
            if valid.sum() > 2:
                inside = image.probabilities[:, rows, columns][:, valid]
                feature = image.features[TAP][:, i, j].numpy()
                members[int(inside.sum(1).argmax())].append(feature)
    for k, mine in members.items():
        if mine:
            np.testing.assert_allclose(found[k], np.mean(mine, 0), rtol=1e-5)
    assert weighting.rectify(image).shape == image.probabilities.shape


def sinkhorn_knopp(p, shares, epsilon):
    """The assignment of pixels (P, C): rows and columns scaled by turns."""
    q = p.astype(np.float64) ** (1 / epsilon)
    for _ in range(500):
        q *= shares / np.maximum(q.sum(0), 1e-300)  # a share may be 0
        q *= 1 / len(q) / q.sum(1, keepdims=True)
    return q * len(q)


def of_valid(values, images):
    pairs = zip(values, images, strict=True)
    return torch.cat([v[:, image.valid].T for v, image in pairs]).double().numpy()


@pytest.mark.parametrize('epsilon', [1.0, 0.5])
@pytest.mark.parametrize('shares', [[0.1, 0.4, 0.3, 0.2], [5, 3, 2, 0], None])
def test_balance(shares, epsilon):
    """Q of Sinkhorn-Knopp; by default with the shares before another correction."""
    images = predictions()
    for image, other in zip(images, predictions(seed=1), strict=True):
        image.probabilities = other.probabilities
    balance = BalancedAssignment(C, shares, epsilon)
    learn(balance, images)
    if shares is None:
        before = of_valid([image.uncorrected for image in images], images)
        shares = np.bincount(before.argmax(1), minlength=C)
    shares = np.array(shares) / sum(shares)
    p = of_valid([image.probabilities for image in images], images)
    q = of_valid([balance.rectify(image) for image in images], images)
    np.testing.assert_allclose(q.mean(0), shares, atol=1e-5)
    np.testing.assert_allclose(q, sinkhorn_knopp(p, shares, epsilon), atol=1e-5)


def test_balance_draws_from_all_pixels_alike():
    """Bounded, whatever the order; shares are met but for the error of sampling."""
    generator = torch.Generator().manual_seed(0)
    images = []
    for number in range(20):
        logits = torch.randn(2, 30, 30, generator=generator)
        logits[0] += 3 * (number < 10)  # the first ten are of another kind
        p = logits.softmax(0)
        valid = torch.ones(30, 30, dtype=torch.bool)
        images.append(Prediction(p, p, valid, {}))
    balance = BalancedAssignment(2, [0.7, 0.3], sample=2000)
    learn(balance, images)
    assert balance._sampled.shape == (2000, 2)
    q = of_valid([balance.rectify(image) for image in images], images)
    # Four standard errors of a share from 2,000 pixels.
    assert q.mean(0)[0] == pytest.approx(0.7, abs=4 * q[:, 0].std() / 2000**0.5)


@pytest.mark.parametrize(
    ('build', 'message'),
    [
        (lambda: PrototypeWeighting(C, None), 'tap of prototypes must be a submodule'),
        (lambda: PrototypeWeighting(C, TAP, 0.0), 'must be above 0, got 0.0'),
        (lambda: BalancedAssignment(C, [1, 2]), r'must be 4 numbers .* got \[1, 2\]'),
        (lambda: BalancedAssignment(C, [0] * C), 'of a sum above 0'),
        (lambda: BalancedAssignment(C, epsilon=0), 'above 0, got 0 and 65536'),
    ],
)
def test_refuses_settings(build, message):
    with pytest.raises(ValueError, match=message):
        build()
