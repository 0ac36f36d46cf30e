"""The criteria by name, and how models of a pool score."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mmuda.evaluation.bootstrap import mean_iou
from mmuda.evaluation.criteria import certainty, estimated_accuracy
from mmuda.evaluation.criteria.agreement import (
    agreement,
    ensemble_labels,
    mixed_agreement,
    similarity_to_source,
)
from mmuda.evaluation.criteria.collapse import is_collapsed
from mmuda.evaluation.criteria.weighted_risk import (
    deep_embedded_validation,
    importance_weights,
)
from mmuda.evaluation.shares import (
    Predictions,
    ShareEstimate,
    estimate_shares,
    fit_calibration,
    remaining_distance,
)
from mmuda.evaluation.tile_samples import TileSamples, softmax

COLLAPSED = float('-inf')
KNOWS_SOURCE = 0.5  # of the best source score


@dataclass(frozen=True)
class Candidate:
    """A model that may be chosen.

    Args:
        name: As tables call it.
        source: What it says of held-out source tiles, with labels.
        target: What it says of target tiles.
        family: The method; one voice each in the ensemble.
        seed: Of its run.
        variant: What was changed of the trained model, such as its batch statistics:
            seeds are compared where it is the same.
    """

    name: str
    source: TileSamples
    target: TileSamples
    family: str = ''
    seed: int = 0
    variant: str = ''

    @cached_property
    def on_target(self) -> np.ndarray:
        """Probabilities of target pixels, (n, C)."""
        return self.target.probabilities

    @cached_property
    def on_source(self) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities of source pixels (n, C) and their labels (n,)."""
        return self.source.probabilities, self.source.of('labels').astype(int)

    @cached_property
    def calibrated(self) -> tuple[Predictions, Predictions]:
        """Predictions of source and target, calibrated on the source."""
        labels = self.source.of('labels').astype(int)
        calibration = fit_calibration(self.source.of('logits'), labels)
        return (
            Predictions(
                calibration(self.source.of('logits')), self.source.tiles, labels
            ),
            Predictions(calibration(self.target.of('logits')), self.target.tiles),
        )

    @cached_property
    def shares(self) -> ShareEstimate:
        """Class shares of the target as its calibrated predictions tell, MLLS."""
        return estimate_shares(*self.calibrated, draws=1)

    @cached_property
    def residual_shift(self) -> float:
        """What other class shares do not explain of the way from source to target.

        The distance of its scores of both domains where source pixels are counted by
        these shares. If it is 0, target pixels of a class are to the model what source
        pixels of it are, and it is as good on the one as on the other.
        """
        ours, theirs = (
            np.log(np.maximum(p.probabilities, 1e-12)) for p in self.calibrated
        )
        weights = self.shares.ratios[self.calibrated[0].labels]
        return remaining_distance(ours, weights, theirs)


@dataclass(frozen=True)
class Question:
    """A candidate, and what is known beside it.

    Args:
        candidate: Who is judged.
        pool: All candidates.
        expected: Class shares of the target, estimated, (C,).
    """

    candidate: Candidate
    pool: Sequence[Candidate]
    expected: np.ndarray


def source_score(candidate: Candidate, counts: np.ndarray | None = None) -> float:
    """Mean IoU, percent, on held-out source pixels.

    Args:
        candidate: A model.
        counts: How often each pixel counts, at least 0, (n,); once if None.
    """
    probabilities, labels = candidate.on_source
    predicted, size = probabilities.argmax(1), probabilities.shape[1]
    counts = np.ones(len(labels)) if counts is None else counts
    right, found, there = (
        np.bincount(x, c, minlength=size)
        for x, c in (
            (predicted, counts * (predicted == labels)),
            (predicted, counts),
            (labels, counts),
        )
    )
    return float(mean_iou(np.stack([right, found + there - right, there], -1)))


def expected_shares(pool: Sequence[Candidate]) -> np.ndarray:
    """Class shares of the target, (C,), as the model tells that has reason to know.

    They can be estimated where nothing but shares differs: by the model of the least
    residual shift, of those that know the source at least half as well as the best.
    """
    enough = KNOWS_SOURCE * max(map(source_score, pool))
    able = [candidate for candidate in pool if source_score(candidate) >= enough]
    return min(able, key=lambda candidate: candidate.residual_shift).shares.target


def _dev(question: Question) -> float:
    source, target = question.candidate.source, question.candidate.target
    weights = importance_weights(source.of('features'), target.of('features'))
    return -deep_embedded_validation(*question.candidate.on_source, weights)


def _ensemble(question: Question) -> float:
    members = question.pool
    together = ensemble_labels(
        [m.on_target for m in members], [m.family for m in members]
    )
    return agreement(question.candidate.on_target.argmax(1), together)


def _other_seeds(question: Question) -> float:
    own = question.candidate
    labels = own.on_target.argmax(1)
    found = [
        agreement(labels, other.on_target.argmax(1))
        for other in question.pool
        if (other.family, other.variant) == (own.family, own.variant)
        and other.seed != own.seed
    ]
    return float(np.mean(found)) if found else float('nan')


def _augmented(question: Question) -> float:
    target = question.candidate.target
    return agreement(
        question.candidate.on_target.argmax(1), target.of('augmented').argmax(1)
    )


def _mixed(question: Question) -> float:
    target = question.candidate.target
    other = np.roll(target.predicted, -1, 0)
    both = target.valid & np.roll(target.valid, -1, 0)
    mixed = target.of('mixed').argmax(1)
    return mixed_agreement(
        mixed[both[target.valid]], target.predicted[both], other[both]
    )


def _semsim(question: Question) -> float:
    source, target = question.candidate.source, question.candidate.target
    return similarity_to_source(
        source.labels, source.valid, softmax(target.logits), target.valid
    )


def _of_target(criterion: Callable[[np.ndarray], float]) -> Callable[..., float]:
    return lambda question: criterion(question.candidate.on_target)


def _estimated(criterion: Callable[..., float]) -> Callable[..., float]:
    return lambda q: criterion(
        *q.candidate.on_source, q.candidate.on_target, q.expected
    )


# The higher the better.
CRITERIA: dict[str, Callable[[Question], float]] = {
    'snd': _of_target(certainty.soft_neighbourhood_density),
    'entropy': _of_target(certainty.negative_entropy),
    'infomax': _of_target(certainty.information_maximisation),
    'shift_aware_infomax': lambda q: certainty.shift_aware_information(
        q.candidate.on_target, q.expected
    ),
    'bnm': _of_target(certainty.nuclear_norm),
    'mixval': _mixed,
    'ensv': _ensemble,
    'dev': _dev,
    'atc': _estimated(estimated_accuracy.estimated_by_thresholds),
    'doc': _estimated(estimated_accuracy.estimated_by_confidences),
    'seed_agreement': _other_seeds,
    'consistency': _augmented,
    'semsim': _semsim,
    'residual_shift': lambda question: -question.candidate.residual_shift,
    'source': lambda question: source_score(question.candidate),
}
OF_POOLS = ('ensv', 'seed_agreement')


def check_criterion(name: str, among: Sequence[str] = tuple(CRITERIA)) -> str:
    """The name itself.

    Raises:
        ValueError: If there is no such criterion.
    """
    if name not in among:
        raise ValueError(
            f'no criterion {name!r} to select by, expected one of {", ".join(among)}'
        )
    return name


def score_pool(
    pool: Sequence[Candidate],
    criteria: Sequence[str] = tuple(CRITERIA),
    expected: np.ndarray | None = None,
) -> dict[str, list[float]]:
    """Scores of all candidates by each criterion; the higher the better.

    Args:
        pool: Who is compared, on the same pixels.
        criteria: Names in :data:`CRITERIA`.
        expected: Class shares of the target; None for :func:`expected_shares`.

    Returns:
        By criterion a score for each candidate: -inf for one that has collapsed, NaN
        where a criterion does not apply to it.

    Raises:
        ValueError: If a criterion is unknown, there is no candidate, or their samples
            are not of the same pixels.
    """
    for name in criteria:
        check_criterion(name)
    _check_pool(pool)
    if expected is None:
        expected = expected_shares(pool)
    collapsed = [is_collapsed(c.on_target, expected) for c in pool]
    alive = [c for c, gone in zip(pool, collapsed, strict=True) if not gone]
    scores = {}
    for name in criteria:
        found = iter([CRITERIA[name](Question(c, alive, expected)) for c in alive])
        scores[name] = [COLLAPSED if gone else next(found) for gone in collapsed]
    return scores


def _check_pool(pool: Sequence[Candidate]) -> None:
    if not pool:
        raise ValueError('there is no model to select from')
    for candidate in pool[1:]:
        for domain in ('source', 'target'):
            own, first = (getattr(c, domain) for c in (candidate, pool[0]))
            if not np.array_equal(own.valid, first.valid):
                raise ValueError(
                    f'{candidate.name} and {pool[0].name} were not looked at on the '
                    f'same pixels of the {domain}: they can not be compared'
                )


def best_of(scores: Sequence[float]) -> int | None:
    """Index of the highest score, the first among equals; None if all are -inf, NaN."""
    values = np.array(scores, dtype=float)
    values[np.isnan(values)] = COLLAPSED
    return int(values.argmax()) if (values > COLLAPSED).any() else None
