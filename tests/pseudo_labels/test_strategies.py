"""Strategies of pseudo-labelling, streamed, against their formulas on all at once."""

import itertools

import numpy as np
import pytest
import torch

from mmuda.pseudo_labels import (
    CategoryAdaptive,
    ClassBalanced,
    ClassMedian,
    ClassShares,
    FixedThreshold,
    InstanceAdaptive,
)
from mmuda.pseudo_labels.histogram import VALUES, DoubtHistogram

C = 4
SIZES = [(9, 7), (6, 11), (8, 8), (5, 5)]


def predictions(seed=0, sharpness=3.0):
    """Probabilities of some images, whose doubts are half-precision numbers already.

    So that a formula in double precision and what is kept agree on every pixel.
    """
    generator = torch.Generator().manual_seed(seed)
    images = []
    for height, width in SIZES:
        logits = sharpness * torch.randn(C, height, width, generator=generator)
        logits[0] += 1.0  # one class more frequent than the others,
        logits[3] *= 0.3  # one rarer and less sure
        images.append(logits.softmax(0))
    return images


def valid_masks(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [torch.rand(size, generator=generator) > 0.2 for size in SIZES]


def run(strategy, images, masks):
    """All labels, the images one by one."""
    kept = [strategy.reduce(p, v) for p, v in zip(images, masks, strict=True)]
    for one in kept:
        strategy.learn(one)
    return [strategy.choose(one) for one in kept]


def at_once(images, masks):
    """Probabilities (P, C) of all valid pixels, their classes, and what is kept."""
    p = torch.cat([x[:, v].T for x, v in zip(images, masks, strict=True)]).double()
    half = 1 - (1 - p.float()).half().double()
    return p.numpy(), half.numpy()


def joined(labels, masks):
    """Labels of all valid pixels; those of others must not be."""
    for found, mask in zip(labels, masks, strict=True):
        assert (found[~mask.numpy()] == 255).all()
    pairs = zip(labels, masks, strict=True)
    return np.concatenate([found[mask.numpy()] for found, mask in pairs])


def entropy(p):
    return -(p * np.log(np.maximum(p, 1e-30))).sum(-1)


@pytest.mark.parametrize('delta', [0.0, 0.3, [0.1, -0.1, 0.0, 0.4]])
def test_category_adaptive(delta):
    """Eq. 1 to 3, over all pixels of the data set together."""
    images, masks = predictions(), valid_masks()
    strategy = CategoryAdaptive(C, delta)
    labels = joined(run(strategy, images, masks), masks)
    p, _ = at_once(images, masks)
    expected = np.full(len(p), 255)
    predicted = p.argmax(1)
    for category in range(C):
        mine = predicted == category
        centroid = np.zeros(C)
        for vector in p[mine]:  # Eq. 1
            centroid += vector / mine.sum()
        np.testing.assert_allclose(strategy.centroids[category], centroid, rtol=1e-5)
        limit = entropy(centroid) - np.broadcast_to(delta, C)[category]
        own = entropy(p.astype(np.float32)).astype(np.float16).astype(float)
        expected[mine & (own < limit)] = category  # Eq. 3
        (found,) = strategy.thresholds().values()
        assert found[category] == pytest.approx(limit, abs=1e-5)
    assert (labels != expected).mean() < 0.01  # half precision, at the very limit
    if delta == 0.0:
        assert (labels < 255).mean() > 0.5  # the entropy is concave


def test_a_larger_delta_keeps_less():
    images, masks = predictions(), valid_masks()
    kept = [
        joined(run(CategoryAdaptive(C, delta), images, masks), masks) < 255
        for delta in np.linspace(-0.2, 1.2, 12)
    ]
    for more, less in itertools.pairwise(kept):
        assert (more | ~less).all()
    assert kept[0].mean() > kept[-1].mean() == 0


def test_category_adaptive_knows_no_centroid_of_an_absent_class():
    images = [torch.cat([p, torch.zeros(1, *p.shape[1:])]) for p in predictions()]
    strategy = CategoryAdaptive(C + 1)
    labels = run(strategy, images, valid_masks())
    assert strategy.thresholds()['entropy'][C] is None
    assert C not in np.unique(np.concatenate([x.ravel() for x in labels]))


def test_fixed_threshold():
    images, masks = predictions(), valid_masks()
    labels = joined(run(FixedThreshold(C, 0.75), images, masks), masks)
    _, p = at_once(images, masks)
    expected = np.where(p.max(1) > 0.75, p.argmax(1), 255)
    np.testing.assert_array_equal(labels, expected)


@pytest.mark.parametrize('cap', [0.9, 0.5])
def test_class_median(cap):
    """The released code of BDL: sorted confidences, number round(n / 2), at most .9."""
    images, masks = predictions(), valid_masks()
    strategy = ClassMedian(C, cap)
    labels = joined(run(strategy, images, masks), masks)
    _, p = at_once(images, masks)
    expected, predicted, confidence = np.full(len(p), 255), p.argmax(1), p.max(1)
    for category in range(C):
        ordered = sorted(confidence[predicted == category])
        limit = min(ordered[round(len(ordered) / 2)], cap)
        expected[(predicted == category) & (confidence >= limit)] = category
        assert strategy.thresholds()['confidence'][category] == limit
    np.testing.assert_array_equal(labels, expected)


@pytest.mark.parametrize('portion', [0.1, 0.5, 1.0])
def test_class_balanced(portion):
    """Algorithm 2 of CBST, and its choice of labels, on all predictions at once."""
    images, masks = predictions(), valid_masks()
    strategy = ClassBalanced(C, portion)
    labels = joined(run(strategy, images, masks), masks)
    _, p = at_once(images, masks)
    predicted, confidence = p.argmax(1), p.max(1)
    threshold = np.ones(C)
    for category in range(C):
        ordered = sorted(confidence[predicted == category], reverse=True)
        threshold[category] = ordered[int(len(ordered) * portion) - 1]
    ratio = p / threshold
    expected = np.where(ratio.max(1) >= 1, ratio.argmax(1), 255)
    np.testing.assert_array_equal(labels, expected)
    assert strategy.thresholds()['confidence'] == pytest.approx(threshold)
    if portion == 1.0:  # some are not the most probable class
        assert (labels[labels < 255] != predicted[labels < 255]).any()


def test_spatial_prior():
    """Probabilities times how frequent a class is there; a uniform one says nothing."""
    images, masks = predictions(), valid_masks()
    plain = run(ClassBalanced(C, 0.5), images, masks)
    uniform = np.ones((C, 3, 5), np.float32)
    for one, other in zip(
        plain, run(ClassBalanced(C, 0.5, uniform), images, masks), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    never = uniform.copy()
    never[0, :2], never[0, 2:] = 0, 3  # the first class lies below
    for labels in run(ClassBalanced(C, 0.5, never), images, masks):
        above = labels[: len(labels) // 3]
        assert 0 not in above
    weighted = ClassBalanced(C, 0.5, never)._with_prior(images[0])
    torch.testing.assert_close(weighted.sum(0), torch.ones(SIZES[0]))


def test_instance_adaptive():
    """The thresholds of IAST, from image to image."""
    images, masks = predictions(), valid_masks()
    strategy = InstanceAdaptive(C, alpha=0.3, beta=0.6, gamma=2.0)
    labels = run(strategy, images, masks)
    threshold = np.full(C, 0.9)
    for p, mask, found in zip(images, masks, labels, strict=True):
        p = 1 - (1 - p).half().double().numpy()
        predicted, confidence = p.argmax(0), p.max(0)
        expected = np.full(mask.shape, 255)
        for category in range(C):
            mine = (predicted == category) & mask.numpy()
            share = 100 * (1 - 0.3 * threshold[category] ** 2)
            quantile = np.percentile(confidence[mine], share)
            threshold[category] = 0.6 * threshold[category] + 0.4 * quantile
            enough = mine & (confidence >= threshold[category])
            expected[enough] = category
        np.testing.assert_array_equal(found, expected)
    assert strategy.thresholds()['confidence'] == pytest.approx(threshold)


def test_class_shares():
    """Labels have the shares that are given, as far as there are pixels."""
    images, masks = predictions(), valid_masks()
    _, p = at_once(images, masks)
    shares = np.array([1, 1, 2, 0])
    labels = joined(run(ClassShares(C, shares, 0.2), images, masks), masks)
    found = np.bincount(labels[labels < 255], minlength=C)
    np.testing.assert_array_equal(found, np.floor(0.2 * len(p) * shares / 4))
    for category in range(C):  # and they are the surest
        mine = p.argmax(1) == category
        chosen = p.max(1)[mine & (labels == category)]
        others = p.max(1)[mine & (labels != category)]
        assert not len(chosen) or chosen.min() >= others.max()


def test_a_histogram_holds_all_half_precision_numbers():
    """Order statistics are those of a sorted list, whatever the values."""
    rng = np.random.default_rng(0)
    doubt = rng.random(500).astype(np.float16) ** 8
    classes = rng.integers(3, size=500, dtype=np.uint8)
    classes[:50] = 255
    histogram = DoubtHistogram(3)
    for part in range(0, 500, 100):
        some = slice(part, part + 100)
        histogram.add(dict(classes=classes[some], doubt=doubt[some]))
    ordered = [np.sort(doubt[classes == c]) for c in range(3)]
    assert histogram.pixels.tolist() == [len(values) for values in ordered]
    for rank in (1, 2, 57, 100):
        found = histogram.limits(np.full(3, rank))
        np.testing.assert_array_equal(found, [v[rank - 1] for v in ordered])
    assert np.isnan(histogram.limits(np.array([0, 1, 0]))).tolist() == [1, 0, 1]
    assert (np.diff(VALUES.astype(float)) > 0).all()


@pytest.mark.parametrize(
    ('make', 'message'),
    [
        (lambda: FixedThreshold(C, 1.5), r'threshold must be in \[0, 1\], got 1.5'),
        (lambda: ClassMedian(C, -1), r'cap must be in \[0, 1\], got -1'),
        (lambda: ClassBalanced(C, 0.0), r'portion must be in \(0, 1\], got 0.0'),
        (lambda: CategoryAdaptive(C, [1, 2]), 'one for each of 4 classes'),
        (lambda: CategoryAdaptive(C, 1.39), r'from -1\.39 to 1\.39 .*, got 1\.39'),
        (lambda: CategoryAdaptive(C, [0, 0, 0, -1.4]), r'delta must be from .*-1\.4'),
        (lambda: CategoryAdaptive(C, float('nan')), 'delta must be from .*, got nan'),
        (lambda: ClassShares(C, [1, 2]), 'shares must be 4 numbers'),
        (lambda: ClassShares(C, [0, 0, 0, 0]), 'a sum above 0'),
        (lambda: InstanceAdaptive(C, beta=2), r'beta must be in \[0, 1\], got 2'),
        (lambda: InstanceAdaptive(C, alpha=-1), r'alpha must be in \[0, 1\], got -1'),
        (lambda: InstanceAdaptive(C, start=float('nan')), r'start must .*, got nan'),
        (lambda: InstanceAdaptive(C, gamma=-1), 'gamma must be at least 0, got -1'),
    ],
)
def test_refuses_values_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()
