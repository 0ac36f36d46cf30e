"""What differs between source and target, in figures and in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmuda.evaluation.looks import Looks, compare_looks
from mmuda.evaluation.shares import (
    ESTIMATORS,
    Calibration,
    Predictions,
    ShareEstimate,
    ShiftKind,
    estimate_shares,
    fit_calibration,
    kind_of_shift,
)
from mmuda.evaluation.tile_samples import TileSamples

DEFAULT = 'mlls'
NAMED = 3  # classes in the sentence, at most
ADVICE = {
    'none': (
        'Source and target do not differ by more than tiles of one domain do: there is '
        'little to adapt.'
    ),
    'shares': (
        'The classes look the same, but are more or less frequent{classes}: '
        'correct predictions by class shares (--prior), keep batch statistics of '
        'the source (alpha 0), do without alignment.'
    ),
    'looks': (
        'The same classes look different: translate images, take batch statistics of '
        'the target, align features; class shares must not be corrected.'
    ),
    'both': (
        'Classes look different and their shares seem to differ as well: choose batch '
        'statistics and method without labels (select_checkpoint), do not rely on '
        'estimated class shares.'
    ),
}


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Args:
        classes: Names.
        looks: How different images look.
        kind: Whether looks or shares differ.
        calibration: Of the model, on held-out source pixels.
        shares: By estimator.
    """

    classes: Sequence[str]
    looks: Looks
    kind: ShiftKind
    calibration: Calibration
    shares: dict[str, ShareEstimate]

    @property
    def sentence(self) -> str:
        """What to do about it."""
        return ADVICE[self.kind.kind].format(classes=self._changes())

    def _changes(self) -> str:
        """The classes that changed most, beyond what the bootstrap leaves open."""
        found = self.shares[DEFAULT]
        sure = (found.low > found.source) | (found.high < found.source)
        change = np.where(sure, np.abs(found.target - found.source), 0)
        most = [i for i in np.argsort(-change)[:NAMED] if change[i] > 0]
        words = [
            f'{self.classes[i]} {100 * found.source[i]:.0f} % -> '
            f'{100 * found.target[i]:.0f} %'
            for i in most
        ]
        return f' ({", ".join(words)})' if words else ''

    @property
    def figures(self) -> dict:
        """As JSON; shares and intervals in [0, 1]."""
        return {
            'sentence': self.sentence,
            'kind': self.kind.kind,
            'allows_correction': self.kind.allows_correction,
            'distance': self.kind.distance,
            'noise': self.kind.noise,
            'explained_by_shares': self.kind.explained,
            'classes': list(self.classes),
            'calibration': {
                'temperature': self.calibration.temperature,
                'bias': self.calibration.bias.tolist(),
            },
            'shares': {
                name: {k: v.tolist() for k, v in vars(found).items()}
                for name, found in self.shares.items()
            },
            'looks': {
                key: value.tolist() if isinstance(value, np.ndarray) else value
                for key, value in vars(self.looks).items()
            },
        }


def diagnose(
    source: TileSamples, target: TileSamples, classes: Sequence[str], draws: int = 100
) -> Diagnosis:
    """Find out what differs.

    Args:
        source: Held-out source tiles, with labels, bands and features.
        target: Target tiles, with bands and features.
        classes: Names of the classes.
        draws: Of tiles, for the intervals.

    Raises:
        ValueError: If a domain has no valid pixel, or fewer than two tiles.
    """
    for name, domain in (('source', source), ('target', target)):
        if not domain.valid.any():
            raise ValueError(f'no pixel of the {name} is valid')
    labels = source.of('labels').astype(int)
    calibration = fit_calibration(source.of('logits'), labels)
    shares = {}
    for name in ESTIMATORS:
        ours, theirs = (
            Predictions(calibration(domain.of('logits')), domain.tiles, known)
            for domain, known in ((source, labels), (target, None))
        )
        shares[name] = estimate_shares(ours, theirs, name, draws)
    kind = _kind(source, target, calibration, shares[DEFAULT])
    return Diagnosis(classes, compare_looks(source, target), kind, calibration, shares)


def _kind(
    source: TileSamples,
    target: TileSamples,
    calibration: Calibration,
    shares: ShareEstimate,
) -> ShiftKind:
    """By the scores and by the features of the encoder: what explains less counts.

    Shares that had to be bounded do not explain anything.
    """
    scores = (
        np.log(np.maximum(calibration(domain.of('logits')), 1e-12))
        for domain in (source, target)
    )
    weights = shares.ratios[source.of('labels').astype(int)]
    found = [
        kind_of_shift(ours, source.tiles, weights, theirs, target.tiles)
        for ours, theirs in (
            tuple(scores),
            (source.of('features'), target.of('features')),
        )
    ]
    least = min(found, key=lambda kind: (kind.kind == 'none', kind.explained))
    if least.kind == 'shares' and shares.at_bounds.any():
        return replace(least, kind='both')
    return least
