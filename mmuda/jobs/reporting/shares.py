"""Class shares that were estimated without labels, beside the true ones."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmuda.evaluation.shares import ESTIMATORS
from mmuda.files import read_json
from mmuda.jobs.reporting.figures import Figure, table
from mmuda.jobs.reporting.overview import Runs
from mmuda.jobs.reporting.results import Result
from mmuda.visualization.svg import bars, legend

TRUTH, SOURCE = 'truth (ORACLE)', 'source'


def estimated_shares(
    methods: dict[str, Runs], classes: Sequence[str] | None, truth: np.ndarray | None
) -> Figure | None:
    """What the diagnoses beside checkpoints say, mean over the seeds.

    Args:
        methods: Runs of each method.
        classes: Names of the classes of the test set, if they are known.
        truth: Pixels of each class in it, (C,).

    Returns:
        None where nobody has diagnosed.
    """
    found = {}
    for method, runs in methods.items():
        said = [d for run in runs.values() if (d := _diagnosis(run)) is not None]
        if said and not next(iter(runs.values())).suffix:
            found[method] = said
    if not found:
        return None
    first = next(iter(found.values()))[0]
    shares = {SOURCE: _mean([first], 'mlls', 'source')}
    if truth is not None and list(classes) == first['classes']:
        shares = {TRUTH: truth / max(truth.sum(), 1), **shares}
    for method, said in found.items():
        for name in ESTIMATORS:
            shares[f'{name.upper()} by {method}'] = _mean(said, name, 'target')
    return _figure(shares, first['classes'], found)


def _figure(
    shares: dict[str, np.ndarray], classes: Sequence[str], found: dict[str, list[dict]]
) -> Figure:
    order = list(shares)
    drawn = legend(order, order) + bars(
        100 * np.array(list(shares.values())), order, order, classes, '% of pixels'
    )
    off = {name: _off(of, shares.get(TRUTH)) for name, of in shares.items()}
    kinds = ', '.join(
        f'{method}: {" and ".join(sorted({d["kind"] for d in said}))}'
        for method, said in found.items()
    )
    rows = [(n, *(100 * of), off[n]) for n, of in shares.items()]
    columns = ('', *classes, 'misplaced')
    shown = [
        (row[0], *('-' if v is None else f'{v:.1f}' for v in row[1:])) for row in rows
    ]
    return Figure(
        'Class shares of the target, estimated without labels, %',
        drawn + table(columns, shown),
        [columns, *rows],
        'Misplaced: the part of the pixels that is given to a wrong class, half the '
        f'sum of all errors. What differs between the domains, by {kinds}.',
    )


def _diagnosis(run: Result) -> dict | None:
    """That of the last checkpoint that has one."""
    numbered = {
        int(number[1]): file
        for file in Path(run.folder).glob('*_diagnosis/diagnosis.json')
        if (number := re.fullmatch(r'\w+_(\d+)_diagnosis', file.parent.name))
    }
    return read_json(numbered[max(numbered)]) if numbered else None


def _mean(said: Sequence[dict], estimator: str, which: str) -> np.ndarray:
    return np.mean([d['shares'][estimator][which] for d in said], axis=0)


def _off(shares: np.ndarray, truth: np.ndarray | None) -> float | None:
    return None if truth is None else float(50 * np.abs(shares - truth).sum())
