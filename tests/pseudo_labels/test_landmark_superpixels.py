"""Landmark superpixels of curriculum adaptation, against loops over pixels."""

from collections import Counter

import numpy as np
import pytest
import torch

from mmuda.pseudo_labels import LandmarkSuperpixels
from mmuda.pseudo_labels.linear_svm import fit_linear_svm, scores
from mmuda.pseudo_labels.superpixels import described, dominant_classes, superpixels

H, W, C = 6, 8, 3
SIDES = ((0, -1), (0, 1), (-1, 0), (1, 0))  # left, right, above, below


@pytest.fixture
def scene():
    """Probabilities, superpixels, valid pixels and labels of one small image."""
    rng = np.random.default_rng(0)
    p = rng.random((C, H, W))
    ids = np.add.outer(np.arange(H) // 3 * 2, np.arange(W) // 4)
    ids[2, 3] = 3  # a border that is no line
    valid = rng.random((H, W)) > 0.3
    valid[ids == 1] = False
    labels = rng.integers(C, size=(H, W))
    labels[ids == 2] = 255
    return p / p.sum(0), ids, valid, labels


def test_features(scene):
    p, ids, valid, _ = scene
    places = [(i, j) for i in range(H) for j in range(W)]
    means, numbers = [], []
    for k in range(4):
        mine = [p[:, i, j] for i, j in places if ids[i, j] == k and valid[i, j]]
        means.append(sum(mine) / len(mine) if mine else np.zeros(C))
        numbers.append(len(mine))
    expected = []
    for k in range(4):
        row = [means[k]]
        for down, right in SIDES:
            beside = Counter()
            for i, j in places:
                at = i + down, j + right
                inside = 0 <= at[0] < H and 0 <= at[1] < W
                if ids[i, j] == k and inside and ids[at] != k:
                    beside[ids[at]] += 1
            total = sum(n * means[other] for other, n in beside.items())
            row.append(total / max(sum(beside.values()), 1) + np.zeros(C))
        expected.append(np.concatenate(row))
    features, pixels = described(p, ids, valid)
    np.testing.assert_allclose(features, expected)
    assert pixels.tolist() == numbers


def test_dominant_classes(scene):
    _, ids, _, labels = scene
    expected = []
    for k in range(4):
        counts = np.bincount(labels[(ids == k) & (labels < C)], minlength=C)
        expected.append(int(counts.argmax()) if counts.any() else 255)
    assert dominant_classes(labels, ids, C).tolist() == expected
    assert expected[2] == 255


def test_superpixels_partition_the_image_along_its_edges():
    image = np.zeros((32, 48, 4), np.uint8)
    image[:, 20:] = 200
    ids = superpixels(image, 12)
    assert set(ids.ravel()) == set(range(ids.max() + 1))
    assert 6 <= ids.max() + 1 <= 20
    assert not set(ids[:, :20].ravel()) & set(ids[:, 20:].ravel())


def test_classifier_is_the_minimum_of_the_squared_hinge_loss():
    """The gradient, written out, is zero; a class without samples never wins."""
    rng = np.random.default_rng(0)
    classes = rng.integers(3, size=60) % 2 * 2  # 0 and 2
    features = rng.normal(size=(60, 2)) + classes[:, None]
    weights = fit_linear_svm(features, classes, 3, cost=0.5)
    for number in (0, 2):
        w = weights[number]
        slope = w.copy()
        for x, c in zip(features, classes, strict=True):
            s, x1 = (1 if c == number else -1), np.append(x, 1)
            slope -= 2 * 0.5 * max(0, 1 - s * (w @ x1)) * s * x1
        np.testing.assert_allclose(slope, 0, atol=0.02)
    found = scores(features, weights).argmax(1)
    assert 1 not in found
    assert (found == classes).mean() > 0.8


def test_the_surest_superpixels_are_labelled_as_a_whole():
    torch.manual_seed(0)
    blocks = torch.randint(256, (3, 4, 4), dtype=torch.uint8)
    image = blocks.repeat_interleave(6, 1).repeat_interleave(6, 2)
    probabilities = torch.randn(C, 48, 48).softmax(0)
    valid = torch.ones(48, 48, dtype=torch.bool)
    valid[:, :20] = False
    rng = np.random.default_rng(0)
    classifier = rng.normal(size=(C, 5 * C + 1))
    strategy = LandmarkSuperpixels(C, 16, 0.5, classifier=classifier)
    kept = strategy.reduce_with_image(lambda: image, probabilities, valid)
    labels = strategy.choose(kept)
    ids = np.kron(superpixels(image.permute(1, 2, 0).numpy(), 16), np.ones((2, 2), int))
    features, pixels = described(probabilities.numpy(), ids, valid.numpy())
    found = features.astype(np.float32) @ classifier[:, :-1].T + classifier[:, -1]
    there = [k for k in range(len(found)) if pixels[k]]
    chosen = sorted(there, key=lambda k: -found[k].max())[: len(there) // 2]
    expected = np.full((48, 48), 255)
    for k in chosen:
        expected[(ids == k) & valid.numpy()] = found[k].argmax()
    assert np.array_equal(labels, expected)
    assert 0 < len(chosen) < len(there) < len(found)
    lowest = strategy.thresholds()['score']
    for c in range(C):
        of_class = [found[k].max() for k in chosen if found[k].argmax() == c]
        assert lowest[c] == (pytest.approx(min(of_class)) if of_class else None)


def test_refuses_a_share_of_nothing():
    with pytest.raises(ValueError, match=r'share must be in \(0, 1\], got 0'):
        LandmarkSuperpixels(C, share=0)
