"""The coarse search against the exact one."""

import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from mmuda.pairing import LabelMaps, ProbabilityMaps, most_similar
from mmuda.pairing.coarse import most_similar_coarsely, pool_maps, recall

SIZE, CLASSES = (12, 16), 3


def maps(seed, count):
    generator = torch.Generator().manual_seed(seed)
    small = torch.randn(count, CLASSES, 3, 4, generator=generator)
    logits = F.interpolate(small, SIZE, mode='bilinear')
    return (4 * logits).softmax(1).flatten(2)


@pytest.fixture
def labels():
    return LabelMaps(maps(0, 30).argmax(1).byte().numpy(), CLASSES)


@pytest.fixture
def targets():
    return ProbabilityMaps(maps(1, 40).numpy())


def test_pooled_maps_are_means_over_cells(labels):
    pooled = pool_maps(labels, SIZE, 5).reshape(30, CLASSES, 3, 4)
    image = labels.labels[7].reshape(SIZE)
    for class_id in range(CLASSES):
        for row in range(3):
            for column in range(4):
                cell = image[row * 5 : row * 5 + 5, column * 5 : column * 5 + 5]
                share = np.mean(cell == class_id)
                assert pooled[7, class_id, row, column] == pytest.approx(share)


def test_finds_most_and_scores_exactly(labels, targets):
    pytest.importorskip('faiss')
    exact, values = most_similar(labels, targets)
    parts = [
        ProbabilityMaps(targets.probabilities[:25]),
        ProbabilityMaps(targets.probabilities[25:]),
    ]
    found, scores = most_similar_coarsely(labels, parts, SIZE, pool=4, candidates=4)
    assert recall(found, exact) > 0.9
    hit = found == exact
    np.testing.assert_allclose(scores[hit], values[hit], rtol=1e-12)
    assert (scores[~hit] < values[~hit]).all()


def test_without_pooling_it_is_exact(labels, targets):
    pytest.importorskip('faiss')
    found, _ = most_similar_coarsely(labels, [targets], SIZE, pool=1, candidates=2)
    assert recall(found, most_similar(labels, targets)[0]) == 1


def test_recall():
    assert recall(np.array([[1, 2], [3, 4]]), np.array([[2, 1], [5, 4]])) == 0.75


def test_rejects(labels, targets, monkeypatch):
    with pytest.raises(ValueError, match='candidates >= top_k = 3, got 4 and 2'):
        most_similar_coarsely(labels, [targets], SIZE, 4, candidates=2, top_k=3)
    monkeypatch.setitem(sys.modules, 'faiss', None)
    with pytest.raises(ImportError, match=r'install mmuda\[scale\]'):
        most_similar_coarsely(labels, [targets], SIZE, 4)
