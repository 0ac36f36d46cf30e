"""Artificial shifts of `projects/label_shift`, and what is said of them."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from gaussian_world import PER_TILE, SOURCE, make_pixels, scores

from mmuda.evaluation.tile_samples import TileSamples

FILE = Path(__file__).parents[1] / 'projects/label_shift/shifts.py'
TILES = 80
CLASSES = [f'class {number}' for number in range(len(SOURCE))]


@pytest.fixture(scope='module')
def shifts():
    spec = importlib.util.spec_from_file_location('shifts', FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_samples(seed, moved=0.0):
    features, labels, _ = make_pixels(SOURCE, TILES, seed, moved)
    features = features.reshape(TILES, PER_TILE, 2)
    return TileSamples(
        logits=scores(features.reshape(-1, 2)).reshape(TILES, PER_TILE, -1),
        valid=np.ones((TILES, PER_TILE), bool),
        labels=labels.reshape(TILES, PER_TILE).astype(np.uint8),
        bands=features,
        features=features,
    )


def test_kept_pixels_have_the_shares_that_were_drawn(shifts):
    samples = make_samples(0)
    wanted = np.array([0.1, 0.2, 0.3, 0.1, 0.3])
    drawn = shifts._drawn(samples, wanted, np.random.default_rng(9))
    labels = drawn.of('labels')
    found = np.bincount(labels, minlength=5) / len(labels)
    assert np.abs(found - wanted).max() < 4 * np.sqrt(0.25 / len(labels))
    np.testing.assert_array_equal(drawn.labels, samples.labels)


def test_no_tile_calibrates_and_is_judged(shifts):
    samples = make_samples(0)
    numbered = np.arange(TILES)[:, None, None] * np.ones((1, PER_TILE, 2))
    samples = TileSamples(**{**vars(samples), 'features': numbered})
    for case in shifts.cases(samples, samples, 4, seed=1):
        ours, theirs = (
            set(part.features.ravel()) for part in (case.source, case.target)
        )
        assert not ours & theirs
        assert len(ours | theirs) == TILES


def test_shares_of_a_pure_shift_are_found_and_help(shifts):
    found = [
        shifts.judge(case, CLASSES)
        for case in shifts.cases(make_samples(0), make_samples(0, 2.0), 4, seed=0)
    ]
    (pure, *_) = shifts.summary([f for f in found if f['case'] == 'shares'])
    assert pure['check'] == 'allows'
    assert pure['mlls error'] < pure['moved'] / 3
    assert pure['mlls 0.5'] > pure['none']
    assert pure['true 1'] > pure['none']
    moved = [f for f in found if f['case'] == 'shares and looks']
    assert not any(f['allowed'] for f in moved)


def test_miou_counts_the_classes_that_are_there(shifts):
    scores = np.eye(3)[[0, 0, 1, 2]]
    # Class 0: 1 of 2, class 1: 1 of 2; class 2 is only predicted.
    assert shifts._miou(scores, np.array([0, 1, 1, 1])) == pytest.approx(
        100 * (1 / 2 + 1 / 3) / 2
    )
