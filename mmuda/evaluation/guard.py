"""Whether an adapted model may take the place of the source-only one.

Nothing without target labels is certain. The rule is made to keep the source-only model
when in doubt, and to say why.

What a model is worth is carried over from the pixels that the source holds out, each
counted as often as its class is expected in the target.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmuda.evaluation.bootstrap import Interval, ends, tile_draws
from mmuda.evaluation.criteria.estimated_accuracy import (
    estimated_iou,
    threshold_correct,
)
from mmuda.evaluation.criteria.pool import Candidate, source_score
from mmuda.evaluation.shares import MOST, class_shares

MOST_FARTHER = 0.1  # of all pixels, from the expected shares
MOST_LOST = 2.0  # points of mean IoU on the held-out source


@dataclass(frozen=True)
class Decision:
    """What the rule says.

    Args:
        gain: Estimated gain in mean IoU over the source-only model, points.
        reasons: That speak against the adapted model; it is accepted if there is none.
    """

    gain: Interval
    reasons: Sequence[str] = ()

    @property
    def accepted(self) -> bool:
        """Whether the adapted model is taken."""
        return not self.reasons

    @property
    def sentence(self) -> str:
        """Which model is taken, and why."""
        if self.reasons:
            return f'The source-only model is kept: {"; ".join(self.reasons)}.'
        return (
            f'The adapted model is taken: its estimated gain is {self.gain.value:.1f} '
            f'points ({self.gain.low:.1f} to {self.gain.high:.1f}).'
        )


def decide(
    gain: Interval,
    predicted: np.ndarray,
    expected: np.ndarray,
    before: np.ndarray,
    source_drop: float,
) -> Decision:
    """The rule itself.

    Accept if the lower bound of the estimated gain is above 0, the class shares are at
    most a tenth of the pixels farther from the expected ones than those of the
    source-only model, and the held-out source loses less than 2 points. (No class by
    itself is held to its share: of a rare one, or one that no model has learnt, the
    estimate is too far off for that.)

    Args:
        gain: Estimated gain in mean IoU over the source-only model, with its interval.
        predicted: Mean probability that the adapted model gives each class on the
            target, (C,).
        expected: Those that are estimated for the target, (C,).
        before: What the source-only model gives each class, (C,).
        source_drop: Mean IoU of the source-only model minus that of the adapted one on
            held-out source tiles, counted by the expected shares, points.
    """
    farther = total_variation(predicted, expected) - total_variation(before, expected)
    reasons = []
    if not gain.low > 0:
        reasons.append(
            f'its estimated gain of {gain.value:.1f} points may be as low as '
            f'{gain.low:.1f}'
        )
    if not farther <= MOST_FARTHER:
        reasons.append(
            f'its class shares are {100 * farther:.0f} % of the pixels farther from '
            'the estimated ones'
        )
    if not source_drop < MOST_LOST:
        reasons.append(
            f'it loses {source_drop:.1f} points on held-out source images, counted by '
            'the estimated class shares'
        )
    return Decision(gain, reasons)


def total_variation(first: np.ndarray, second: np.ndarray) -> float:
    """The part of the pixels that two class shares, each (C,), disagree on."""
    return float(np.abs(first - second).sum() / 2)


def estimated_gain(
    adapted: Candidate,
    source_only: Candidate,
    expected: np.ndarray,
    draws: int = 1000,
    seed: int = 0,
) -> Interval:
    """Gain in mean IoU as ATC per class estimates it, with a bootstrap over tiles.

    Source pixels count by :func:`expected_counts`.

    Args:
        adapted: A model.
        source_only: What it is compared with, on the same target pixels.
        expected: Class shares of the target, estimated, (C,).
        draws: Of target tiles, the same for both.
        seed: Of the draws.

    Returns:
        Points of mean IoU.
    """
    draw = tile_draws(len(adapted.target.valid), draws, seed)
    values, drawn = [], []
    for candidate in (adapted, source_only):
        predicted, right = _counts_by_tile(candidate, expected)
        values.append(estimated_iou(predicted.sum(0), right.sum(0), expected))
        drawn.append(estimated_iou(draw @ predicted, draw @ right, expected))
    differences = drawn[0] - drawn[1]
    low, high = ends(differences)
    above = float((differences > 0).mean())
    return Interval(float(values[0] - values[1]), float(low), float(high), above)


def guard(
    adapted: Candidate, source_only: Candidate, expected: np.ndarray, seed: int = 0
) -> Decision:
    """Decide between two models by what they say of the same tiles; see :func:`decide`.

    Args:
        adapted: A model.
        source_only: What is kept when in doubt.
        expected: Class shares of the target, estimated, (C,).
        seed: Of the bootstrap.
    """
    gain = estimated_gain(adapted, source_only, expected, seed=seed)
    scores = [
        source_score(c, expected_counts(c, expected)) for c in (source_only, adapted)
    ]
    predicted, before = (c.on_target.mean(0) for c in (adapted, source_only))
    return decide(gain, predicted, expected, before, scores[0] - scores[1])


def expected_counts(candidate: Candidate, expected: np.ndarray) -> np.ndarray:
    """How often each held-out source pixel counts, (n,): as its class is expected.

    At most 20 times, as shares are estimated.

    Args:
        candidate: Who was asked; the labels are the same for all.
        expected: Class shares of the target, estimated, (C,).
    """
    labels = candidate.on_source[1]
    shares = class_shares(labels, len(expected))
    return np.minimum(expected[labels] / shares[labels], MOST)


def _counts_by_tile(
    candidate: Candidate, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels predicted as each class, and those taken for right, each (T, C)."""
    probabilities = candidate.on_target
    counts = expected_counts(candidate, expected)
    right = threshold_correct(*candidate.on_source, probabilities, counts)
    shape = len(candidate.target.valid), probabilities.shape[1]
    cells = candidate.target.tiles * shape[1] + probabilities.argmax(1)
    return tuple(
        np.bincount(some, minlength=shape[0] * shape[1]).reshape(shape).astype(float)
        for some in (cells, cells[right])
    )
