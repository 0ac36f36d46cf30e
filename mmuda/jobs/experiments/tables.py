"""The tables of a plan, from what its finished runs measured."""

from collections.abc import Sequence

import numpy as np
from rich.table import Column, Table

from mmuda.jobs.comparison import figures_of, print_table
from mmuda.jobs.console import table_console
from mmuda.jobs.domains import pair_of
from mmuda.jobs.experiments.plan import PlannedTable
from mmuda.jobs.experiments.run import Run
from mmuda.jobs.oracle import is_oracle

Results = dict[tuple[str, str], dict]  # of pair and method


def collect(runs: Sequence[Run]) -> Results:
    """Figures of finished runs over their seeds, by pair and method.

    Returns:
        As rows of :func:`~mmuda.jobs.comparison.compare`, with their ``seeds``.
    """
    finished: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        if run.is_finished:
            finished.setdefault((pair_of(run.cfg), run.method), []).append(run)
    return {
        key: {
            'oracle': is_oracle(of_key[0].cfg),
            'seeds': [run.seed for run in of_key],
            **figures_of(of_key),
        }
        for key, of_key in finished.items()
    }


def print_planned(table: PlannedTable, results: Results) -> None:
    """Print one table of a plan."""
    chosen = {
        key: row
        for key, row in results.items()
        if table.methods is None or key[1] in table.methods
    }
    pairs = list(dict.fromkeys(pair for pair, _ in chosen))
    if table.columns == 'pairs':
        _print_pairs(table, chosen, pairs)
        return
    for pair in pairs:
        print(f'{table.title}: {pair}')  # noqa: T201
        rows = {method: row for (p, method), row in chosen.items() if p == pair}
        print_table(rows, per_class=table.columns == 'classes')


def _print_pairs(table: PlannedTable, results: Results, pairs: Sequence[str]) -> None:
    """The mIoU of each pair; on how many a method is above the control."""
    last = [f'above {table.control}'] if table.control else []
    shown = Table(Column(no_wrap=True), *pairs, *last, title=f'{table.title}, mIoU %')
    for method in dict.fromkeys(method for _, method in results):
        found = {p: results[p, method] for p in pairs if (p, method) in results}
        oracle = ' (ORACLE)' if any(row['oracle'] for row in found.values()) else ''
        cells = [_cell(found.get(pair)) for pair in pairs]
        if table.control:
            cells.append(wins(table.control, method, results))
        shown.add_row(method + oracle, *cells)
    table_console().print(shown)


def _cell(row: dict | None) -> str:
    if row is None:
        return '-'
    deviation = '' if row['mIoU']['std'] is None else f' ± {row["mIoU"]["std"]:.1f}'
    return f'{row["mIoU"]["mean"]:.1f}{deviation}'


def wins(control: str, method: str, results: Results) -> str:
    """On how many of the pairs that both have a method is better: ``19/20``."""
    means = [
        (row['mIoU']['mean'], results[pair, control]['mIoU']['mean'])
        for (pair, name), row in results.items()
        if name == method and (pair, control) in results
    ]
    if method == control or not means:
        return '-'
    return f'{int(np.sum([mine > theirs for mine, theirs in means]))}/{len(means)}'
