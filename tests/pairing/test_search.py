"""The search over all pairs against the formulas in float64, pair by pair."""

import numpy as np
import pytest
import torch

from mmuda.pairing import (
    LabelMaps,
    ProbabilityMaps,
    SearchOptions,
    all_similarities,
    most_similar,
    most_similar_of_blocks,
)
from mmuda.pairing import search as search_module
from mmuda.pairing.maps import create_array
from mmuda.pairing.search import Best, Tile

CLASSES, SIZE = 4, 60


def semsim(first, second):
    """Eq. 1, location by location; ignored ones are not in L."""
    agree = total = 0
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        if a != 255 and b != 255:
            total += 1
            agree += a == b
    return agree / total if total else 0.0


def semsim_star(labels, probabilities, valid):
    """Eq. 2, location by location in float64."""
    total, named = 0, np.float64(0)
    for place, label in enumerate(labels.tolist()):
        if label != 255 and valid[place]:
            total += 1
            named += np.float64(probabilities[label, place])
    return named / total if total else 0.0


def eq_3(table, k):
    """The k best of each row, the lower index first among equals."""
    return [
        sorted(range(len(row)), key=lambda j, row=row: (-row[j], j))[:k]
        for row in table
    ]


def label_maps(rng, count, *, ignored=0.0):
    """Label maps with flat areas, as real ones have."""
    maps = np.repeat(rng.integers(CLASSES, size=(count, SIZE // 5)), 5, axis=1)
    maps = maps.astype(np.uint8)
    maps[rng.random(maps.shape) < ignored] = 255
    return maps


def probability_maps(rng, count):
    logits = rng.normal(size=(count, CLASSES, SIZE)) * 3
    return torch.from_numpy(logits).float().softmax(1).numpy()


CASES = ['random', 'ignored', 'one class', 'ties', 'one source', 'one target', 'flat']


def make(case):
    """Source labels, target labels, target probabilities, valid locations."""
    rng = np.random.default_rng(CASES.index(case))
    ignored = 0.3 if case == 'ignored' else 0.0
    source, target = (label_maps(rng, n, ignored=ignored) for n in (9, 8))
    probabilities = probability_maps(rng, 8)
    valid = rng.random(target.shape) >= ignored
    if case == 'ignored':
        source[2] = 255  # nothing labelled at all
        target[3], valid[3] = 255, False
    if case == 'one class':
        source[:], target[:] = 1, 1
    if case == 'ties':
        target[4:], probabilities[4:] = target[:4], probabilities[:4]
    if case == 'one source':
        source = source[:1]
    if case == 'one target':
        target, probabilities, valid = target[:1], probabilities[:1], valid[:1]
    if case == 'flat':  # probabilities that differ by less than bfloat16 can tell
        probabilities[:] = 1 / CLASSES + rng.random((8, 1, 1)).astype(np.float32) * 1e-4
    return source, target, probabilities, valid


@pytest.fixture(params=['float32', 'bfloat16'])
def precision(request):
    return request.param


@pytest.mark.parametrize('case', CASES)
@pytest.mark.parametrize('k', [1, 3])
def test_is_eq_3_with_both_similarities(case, k, precision):
    source, target, probabilities, valid = make(case)
    k = min(k, len(target))
    options = SearchOptions(top_k=k, precision=precision)
    labels = LabelMaps(source, CLASSES)
    exact = [[semsim(s, t) for t in target] for s in source]
    found, values = most_similar(labels, LabelMaps(target, CLASSES), options)
    assert found.tolist() == eq_3(exact, k)
    np.testing.assert_array_equal(values, np.take_along_axis(np.array(exact), found, 1))

    exact = [
        [semsim_star(s, p, v) for p, v in zip(probabilities, valid, strict=True)]
        for s in source
    ]
    maps = ProbabilityMaps(probabilities, valid)
    found, values = most_similar(labels, maps, options)
    assert found.tolist() == eq_3(exact, k)
    best = np.take_along_axis(np.array(exact), found, 1)
    np.testing.assert_allclose(values, best, rtol=1e-14)


@pytest.mark.parametrize(
    ('rows', 'most', 'stretch'), [(2, 3, 7), (4, 2, 60), (1, 1, 1)]
)
def test_does_not_depend_on_how_the_work_is_cut(
    monkeypatch, precision, rows, most, stretch
):
    source, _, probabilities, valid = make('ignored')
    labels, maps = LabelMaps(source, CLASSES), ProbabilityMaps(probabilities, valid)
    options = SearchOptions(top_k=4, precision=precision)
    whole = most_similar(labels, maps, options)
    monkeypatch.setattr(search_module, 'ROWS', rows)
    monkeypatch.setattr(search_module, 'MOST_IN_TILE', most)
    monkeypatch.setattr(search_module, 'STRETCH', stretch)
    blocks = [
        ProbabilityMaps(probabilities[part], valid[part])
        for part in (slice(0, 3), slice(3, 4), slice(4, 8))
    ]
    for cut in (
        most_similar(labels, maps, options),
        most_similar_of_blocks(labels, blocks, options),
    ):
        np.testing.assert_array_equal(cut[0], whole[0])
        np.testing.assert_array_equal(cut[1], whole[1])


def test_the_claimed_error_holds_where_rounding_is_worst():
    """Values between two bfloat16 numbers: each is rounded by almost half a step."""
    value = np.float32(1 + 2**-8 - 2**-12) / 2
    probabilities = np.full((1, 2, 50000), value, np.float32)
    labels = LabelMaps(np.zeros((1, 50000), np.uint8), 2)
    for precision in ('float32', 'bfloat16'):
        table = all_similarities(
            labels, ProbabilityMaps(probabilities), SearchOptions(precision=precision)
        )
        tile = Tile(
            labels,
            ProbabilityMaps(probabilities),
            slice(0, 1),
            slice(0, 1),
            search_module.STRETCH,
            SearchOptions(precision=precision),
        )
        off = abs(float(table[0, 0]) - float(value)) / float(value)
        assert off <= tile.error
    assert off > 2**-10  # the case is a hard one


def test_memory_mapped_files_give_the_same(tmp_path):
    source, _, probabilities, _ = make('random')
    on_disk = create_array(tmp_path / 'p.npy', probabilities.shape, np.float32)
    on_disk[:] = probabilities
    on_disk.flush()
    read = np.load(tmp_path / 'p.npy', mmap_mode='r')
    labels = LabelMaps(source, CLASSES)
    expected = most_similar(labels, ProbabilityMaps(probabilities))
    found = most_similar(labels, ProbabilityMaps(read), SearchOptions(memory=2**22))
    np.testing.assert_array_equal(found[0], expected[0])


def test_tiles_keep_within_the_memory():
    options = SearchOptions(memory=2**30)
    source = np.lib.stride_tricks.as_strided(
        np.zeros(1, np.uint8), (10**5, 50176), (0, 0)
    )
    labels = LabelMaps.__new__(LabelMaps)
    labels.labels, labels.num_classes, labels._any_ignored = source, 6, False
    tiles = [
        (t.rows, t.columns, t.stretch)
        for t in search_module._tiles(labels, labels, options)
    ]
    for rows, columns, stretch in tiles[:: max(1, len(tiles) // 50)]:
        size = rows.stop - rows.start, columns.stop - columns.start
        assert Tile.bytes(*size, stretch, 6) <= options.memory
    assert sum((r.stop - r.start) * (c.stop - c.start) for r, c, _ in tiles) == 10**10


def test_progress_adds_up_to_all_pairs(monkeypatch):
    monkeypatch.setattr(search_module, 'STRETCH', 7)
    monkeypatch.setattr(search_module, 'MOST_IN_TILE', 4)
    source, target, *_ = make('random')
    steps = []
    most_similar(
        LabelMaps(source, CLASSES), LabelMaps(target, CLASSES), advance=steps.append
    )
    assert sum(steps) == pytest.approx(len(source) * len(target))
    assert len(steps) > 9


def test_all_similarities_are_those_of_the_formula():
    source, _, probabilities, valid = make('ignored')
    table = all_similarities(
        LabelMaps(source, CLASSES), ProbabilityMaps(probabilities, valid)
    )
    exact = [
        [semsim_star(s, p, v) for p, v in zip(probabilities, valid, strict=True)]
        for s in source
    ]
    np.testing.assert_allclose(table, exact, rtol=1e-5)


def test_best_keeps_the_lower_index_among_equals():
    best = Best.none_yet(2, 2)
    best.add(np.array([0, 0, 1]), np.array([5, 7, 5]), np.array([0.5, 0.5, 0.1]))
    best.add(np.array([0, 1]), np.array([9, 8]), np.array([0.5, 0.2]))
    assert best.indices.tolist() == [[5, 7], [8, 5]]
    assert best.similarities.tolist() == [[0.5, 0.5], [0.2, 0.1]]


def test_rejects():
    source, target, probabilities, _ = make('random')
    labels, maps = LabelMaps(source, CLASSES), LabelMaps(target, CLASSES)
    with pytest.raises(ValueError, match='precision must be float32 or bfloat16'):
        SearchOptions(precision='float16')
    with pytest.raises(ValueError, match='top_k must be at least 1, got 0'):
        SearchOptions(top_k=0)
    with pytest.raises(ValueError, match='top_k is 9, expected at most 8'):
        most_similar(labels, maps, SearchOptions(top_k=9))
    with pytest.raises(ValueError, match='60 pixels, those of the target 30'):
        most_similar(labels, LabelMaps(target[:, :30], CLASSES))
    with pytest.raises(ValueError, match='raise --memory'):
        most_similar(labels, maps, SearchOptions(memory=1000))
    with pytest.raises(ValueError, match='must be float32 of shape'):
        ProbabilityMaps(probabilities.astype(np.float64))
    with pytest.raises(ValueError, match=r'valid must have shape \(8, 60\)'):
        ProbabilityMaps(probabilities, np.zeros((8, 3), bool))
