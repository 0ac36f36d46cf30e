"""The page of many runs."""

from collections.abc import Sequence
from pathlib import Path

from mmuda.files import write_atomically
from mmuda.jobs.pages import render
from mmuda.jobs.reporting.figures import (
    class_heat_map,
    class_shares,
    confusion,
    csv_url,
    grid,
    learning_curves,
    losses_to_bound,
    pair_statistics,
)
from mmuda.jobs.reporting.overview import (
    OverviewRow,
    Runs,
    aggregates,
    by_method,
    control_of,
    overview,
)
from mmuda.jobs.reporting.results import Result, find_results
from mmuda.jobs.reporting.rounds import pseudo_label_rounds
from mmuda.jobs.reporting.selection import (
    over_pairs,
    read_selection,
    selection_figures,
)
from mmuda.jobs.reporting.shares import estimated_shares
from mmuda.jobs.reporting.tiles import TestTiles, as_iou_counts
from mmuda.version import __version__

MANY_PAIRS = 4  # from here on each pair shows fewer tiles


def write_report_page(
    places: Sequence[str | Path],
    out: str | Path,
    control: str | None = None,
    selections: Sequence[str | Path] = (),
) -> Path:
    """Write finished runs as one HTML file that needs no network.

    Tiles are counted, and shown, where the test data and the predictions of the runs
    are at hand; without them differences are drawn over the seeds alone.

    Args:
        places: Folders of runs or above them, or ``results.json`` of a plan.
        out: HTML file.
        control: Method that others are compared with, by default source-only.
        selections: Files of ``mmuda select-checkpoint --analysis``, one per pair.

    Raises:
        FileNotFoundError: If there is no finished run, or a selection is missing or
            was not measured.
        ValueError: If runs are found twice, or none is of the control.
    """
    results = find_results(places)
    methods = list(dict.fromkeys(result.method for result in results))
    if control is not None and control not in methods:
        raise ValueError(
            f'no run is of {control!r}, expected one of {", ".join(methods)}'
        )
    chosen_from = _section_of_selections(selections, results)
    sections, counts = _sections(results)
    if figures := losses_to_bound(by_method(results)):
        sections.append(
            dict(name='What labels of the target are worth', figures=figures)
        )
    sections += chosen_from
    rows = overview(results, counts, control)
    chosen = control or control_of(methods)
    text = _render(results, rows, sections, chosen)
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(out) as file:
        file.write(text)
    return Path(out)


def _render(
    results: Sequence[Result],
    rows: Sequence[OverviewRow],
    sections: Sequence[dict],
    control: str | None,
) -> str:
    over_pairs = aggregates(rows, control)
    return render(
        Path(__file__).with_name('page.html.j2'),
        version=__version__,
        results=results,
        control=control,
        rows=rows,
        rows_csv=csv_url(_as_numbers(rows)),
        aggregates=over_pairs,
        aggregates_csv=csv_url(
            [list(vars(over_pairs[0])), *(vars(a).values() for a in over_pairs)]
            if over_pairs
            else []
        ),
        sections=sections,
        many_pairs=len({result.pair for result in results}) > 1,
        sizes=sorted({result.size for result in results}),
    )


def _as_numbers(rows: Sequence[OverviewRow]) -> list[Sequence]:
    """The overview as a CSV: a line per method, pair and seed."""
    head = ('pair', 'method', 'oracle', 'seed', 'mIoU', 'mean', 'std', 'accuracy')
    head += ('difference', 'low', 'high', 'drawn over', 'gap closed')
    lines = []
    for r in rows:
        known = (r.mean, r.std, r.accuracy, r.difference)
        drawn = (*(r.interval or (None, None)), r.drawn, r.gap)
        for seed, value in r.values.items():
            lines.append((r.pair, r.method, r.oracle, seed, value, *known, *drawn))
    return [head, *lines]


def _sections(results: Sequence[Result]) -> tuple[list[dict], dict]:
    """Figures of each pair, and the counts of the tiles of all runs."""
    found, counts, sections = by_method(results), {}, []
    pairs = list(dict.fromkeys(pair for pair, _ in found))
    for pair in pairs:
        methods = {method: runs for (p, method), runs in found.items() if p == pair}
        tiles = TestTiles(next(iter(next(iter(methods.values())).values())))
        confusions = _confusions(methods, tiles)
        counts |= {run: as_iou_counts(c) for run, c in confusions.items()}
        sections.append(_section(pair, methods, tiles, confusions, len(pairs)))
    return sections, counts


def _confusions(methods: dict[str, Runs], tiles: TestTiles) -> dict:
    counted = {
        run: tiles.counts(run) for runs in methods.values() for run in runs.values()
    }
    return {run: counts for run, counts in counted.items() if counts is not None}


def _section(
    pair: str, methods: dict[str, Runs], tiles: TestTiles, confusions: dict, pairs: int
) -> dict:
    figures = [class_heat_map(methods), *learning_curves(methods)]
    of_method = {
        name: sum(confusions[run].sum(0) for run in runs.values())
        for name, runs in methods.items()
        if all(run in confusions for run in runs.values())
    }
    folded, pictures, classes, truth = [], None, None, None
    if of_method:
        classes = tiles.dataset.metainfo['classes']
        truth = next(iter(of_method.values())).sum(1)
        figures.append(class_shares(of_method, classes))
        folded = [confusion(name, c, classes) for name, c in of_method.items()]
        pictures = grid(tiles, methods, 4 if pairs < MANY_PAIRS else 2)
    figures += [
        figure
        for figure in (
            estimated_shares(methods, classes, truth),
            pseudo_label_rounds(methods),
            pair_statistics(methods),
        )
        if figure is not None
    ]
    return dict(name=pair, figures=figures, folded=folded, pictures=pictures, pair=True)


def _section_of_selections(
    files: Sequence[str | Path], results: Sequence[Result]
) -> list[dict]:
    """How well each criterion chooses; empty without selections."""
    selections = [read_selection(file, results) for file in files]
    if not selections:
        return []
    figures = [figure for s in selections for figure in selection_figures(s)]
    if len(selections) > 1:
        figures.insert(0, over_pairs(selections))
    return [dict(name='Choosing without labels', figures=figures)]
