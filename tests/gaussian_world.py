"""Pixels of Gaussian classes in tiles, and a model that is overconfident about them."""

import numpy as np

from mmuda.evaluation.criteria import Candidate
from mmuda.evaluation.shares import Predictions, class_shares, fit_calibration
from mmuda.evaluation.tile_samples import TileSamples, softmax

PER_TILE = 50
SOURCE = np.array([0.32, 0.30, 0.25, 0.10, 0.03])
TARGET = np.array([0.22, 0.20, 0.17, 0.10, 0.31])


def make_pixels(shares, num_tiles, seed, moved=0.0):
    """Features (n, 2), labels and tiles; ``moved`` shifts what classes look like."""
    rng = np.random.default_rng(seed)
    angles = 2 * np.pi * np.arange(len(shares)) / len(shares)
    centres = 1.7 * np.stack([np.cos(angles), np.sin(angles)], 1)
    labels = rng.choice(len(shares), num_tiles * PER_TILE, p=shares)
    features = centres[labels] + rng.normal(size=(len(labels), 2)) + moved
    return features, labels, np.arange(num_tiles).repeat(PER_TILE)


def scores(features, shares=SOURCE, temperature=0.4, bias=(0.3, 0, -0.2, 0, 0.5)):
    """The best scores for the source, then wrongly scaled and moved."""
    angles = 2 * np.pi * np.arange(len(shares)) / len(shares)
    centres = 1.7 * np.stack([np.cos(angles), np.sin(angles)], 1)
    distances = ((features[:, None] - centres) ** 2).sum(-1)
    best = np.log(shares) - distances / 2
    return (best - np.array(bias)) / temperature


def make_world(target=TARGET, moved=0.0, num_tiles=200):
    """Source and target as the estimators take them, calibrated, and the truth."""
    features, labels, tiles = make_pixels(SOURCE, num_tiles, seed=0)
    theirs, truth, their_tiles = make_pixels(target, num_tiles, seed=1, moved=moved)
    calibration = fit_calibration(scores(features), labels)
    return dict(
        calibration=calibration,
        source=Predictions(calibration(scores(features)), tiles, labels),
        target=Predictions(calibration(scores(theirs)), their_tiles),
        source_features=features,
        target_features=theirs,
        target_scores=scores(theirs),
        truth=truth,
        shares=class_shares(truth, len(SOURCE)),
        raw=softmax(scores(features)),
    )


TILES, PLACES = 40, 50


def candidate(name, logits_of, family='a', seed=0, target=SOURCE, moved=0.0):
    """A model by what it makes of the right scores.

    ``target``: class shares of the target; ``moved``: how far its pixels look like
    something else to this model.
    """
    samples = {}
    for number, domain in enumerate(('source', 'target')):
        about = ((SOURCE, 0.0), (target, moved))[number]
        features, labels, _ = make_pixels(about[0], TILES, 5 + number, about[1])
        rng = np.random.default_rng(number)
        right = scores(features, temperature=1.0)
        views = {
            key: logits_of(right + noise, rng).reshape(TILES, PLACES, -1)
            for key, noise in (
                ('logits', 0),
                ('augmented', 0.5 * rng.normal(size=right.shape)),
                ('mixed', 0.5 * rng.normal(size=right.shape)),
            )
        }
        samples[domain] = TileSamples(
            valid=np.ones((TILES, PLACES), bool),
            labels=labels.reshape(TILES, PLACES) if domain == 'source' else None,
            features=features.reshape(TILES, PLACES, 2),
            **views,
        )
    return Candidate(name, family=family, seed=seed, **samples)


def good(right, rng):
    return 2 * right


def weak(right, rng):
    return right + 2.5 * rng.normal(size=right.shape)
