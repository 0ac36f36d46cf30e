"""What each method is worth, against its control and the upper bound."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmuda.evaluation.aggregates import (
    gap_share,
    interquartile_mean,
    probability_of_improvement,
    seed_interval,
)
from mmuda.evaluation.bootstrap import paired_difference
from mmuda.jobs.reporting.results import BOUND, CONTROLS, Result

Counts = dict[Result, np.ndarray]  # (T, C, 3): intersection, union, truth
Runs = dict[int, Result]  # by seed


@dataclass(frozen=True)
class OverviewRow:
    """A method on one pair.

    Args:
        method: Its name.
        pair: Source and target.
        oracle: Whether it read target labels before the test.
        values: MIoU in percent, by seed.
        accuracy: Mean over the seeds, percent.
        difference: Mean of the paired differences to the control; None for the
            control and where no seed is common.
        interval: Of the difference, 95 %; None with one seed and without tiles.
        drawn: What the interval was drawn over.
        gap: Share of the gap between control and target-only that is closed, percent.
    """

    method: str
    pair: str
    oracle: bool
    values: dict[int, float]
    accuracy: float
    difference: float | None
    interval: tuple[float, float] | None
    drawn: str
    gap: float | None

    @property
    def mean(self) -> float:
        """Of all seeds."""
        return float(np.mean(list(self.values.values())))

    @property
    def std(self) -> float | None:
        """Of all seeds; None of one."""
        values = list(self.values.values())
        return float(np.std(values, ddof=1)) if len(values) > 1 else None


def by_method(results: Sequence[Result]) -> dict[tuple[str, str], Runs]:
    """Runs by pair and method, then by seed."""
    found: dict[tuple[str, str], Runs] = {}
    for result in results:
        found.setdefault((result.pair, result.method), {})[result.seed] = result
    return found


def control_of(methods: Sequence[str]) -> str | None:
    """The method that does nothing."""
    return next((name for name in CONTROLS if name in methods), None)


def overview(
    results: Sequence[Result], counts: Counts, control: str | None = None
) -> list[OverviewRow]:
    """A row for each method on each pair.

    Args:
        results: All runs.
        counts: Of the tiles of those whose predictions are there.
        control: Method that others are compared with, by default source-only.
    """
    found = by_method(results)
    rows = []
    for (pair, method), runs in found.items():
        name = control or control_of([m for p, m in found if p == pair])
        theirs, bound = found.get((pair, name), {}), found.get((pair, BOUND), {})
        rows.append(_row(method, pair, runs, {} if name == method else theirs, counts))
        if theirs and bound:
            share = gap_share(*(_mean(x) for x in (runs, theirs, bound)))
            rows[-1] = OverviewRow(**{**vars(rows[-1]), 'gap': share})
    return rows


def _row(
    method: str, pair: str, runs: Runs, control: Runs, counts: Counts
) -> OverviewRow:
    common = [seed for seed in runs if seed in control]
    mine, theirs = ([_miou(x[s]) for s in common] for x in (runs, control))
    interval, drawn = None, '-'
    if common and all(x[s] in counts for x in (runs, control) for s in common):
        stacks = (np.stack([counts[x[s]] for s in common]) for x in (runs, control))
        found = paired_difference(*stacks, draws=1000)
        interval = (found.low, found.high)
        drawn = 'seeds x tiles' if len(common) > 1 else 'tiles, one seed'
    elif len(common) > 1:
        interval, drawn = seed_interval([mine], [theirs]), 'seeds'
    return OverviewRow(
        method=method,
        pair=pair,
        oracle=any(run.oracle for run in runs.values()),
        values={seed: _miou(run) for seed, run in runs.items()},
        accuracy=float(np.mean([run.figures['aAcc'] for run in runs.values()])),
        difference=float(np.mean(np.subtract(mine, theirs))) if common else None,
        interval=interval,
        drawn=drawn,
        gap=None,
    )


def _miou(result: Result) -> float:
    return result.figures['mIoU']


def _mean(runs: Runs) -> float:
    return float(np.mean([_miou(run) for run in runs.values()]))


@dataclass(frozen=True)
class Aggregate:
    """A method over all pairs that its control was run on as well.

    Args:
        method: Its name.
        oracle: Whether it read target labels before the test.
        pairs: Their number.
        middle: Interquartile mean of the mIoU over pairs and seeds, percent.
        improvement: Probability of improvement over the control; None for itself.
        wins: On how many pairs its mean is above the control's.
        interval: Of the mean difference to the control, 95 %, over seeds.
    """

    method: str
    oracle: bool
    pairs: int
    middle: float
    improvement: float | None
    wins: int
    interval: tuple[float, float] | None


def aggregates(rows: Sequence[OverviewRow], control: str | None) -> list[Aggregate]:
    """A row for each method, over pairs."""
    of_control = {row.pair: row for row in rows if row.method == control}
    found = []
    for method in dict.fromkeys(row.method for row in rows):
        mine = [r for r in rows if r.method == method and r.pair in of_control]
        if mine:
            found.append(_aggregate(mine, [of_control[r.pair] for r in mine]))
    return found


def _aggregate(
    mine: Sequence[OverviewRow], control: Sequence[OverviewRow]
) -> Aggregate:
    first, second = ([list(r.values.values()) for r in x] for x in (mine, control))
    same = mine[0].method == control[0].method
    paired = all(
        list(a.values) == list(b.values) for a, b in zip(mine, control, strict=True)
    )
    return Aggregate(
        method=mine[0].method,
        oracle=any(row.oracle for row in mine),
        pairs=len(mine),
        middle=interquartile_mean([v for values in first for v in values]),
        improvement=None if same else probability_of_improvement(first, second),
        wins=sum(a.mean > b.mean for a, b in zip(mine, control, strict=True)),
        interval=None if same or not paired else seed_interval(first, second),
    )
