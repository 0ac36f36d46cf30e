"""The figures of the page, each with its numbers."""

import base64
import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import cv2
import numpy as np

from mmuda.jobs.reporting.overview import Runs
from mmuda.jobs.reporting.results import BOUND, Result
from mmuda.jobs.reporting.tiles import TestTiles
from mmuda.visualization import colourise
from mmuda.visualization.svg import bars, heat_map, legend, line_chart, swatches

POINTS = 80  # of a curve
SHOWN = 128  # pixels of a side of a picture
MEASURED = ('mIoU', 'loss_supervise', 'loss')  # what curves show, where it is logged


@dataclass(frozen=True)
class Figure:
    """A figure of the page.

    Args:
        title: Above it.
        html: What is drawn.
        numbers: First the names of the columns, then the rows.
        note: Below it.
    """

    title: str
    html: str
    numbers: Sequence[Sequence]
    note: str = ''

    @property
    def csv(self) -> str:
        """The numbers as a data URL."""
        return csv_url(self.numbers)


def csv_url(rows: Sequence[Sequence]) -> str:
    """Rows as a CSV file in a data URL."""
    text = io.StringIO()
    csv.writer(text, lineterminator='\n').writerows(rows)
    return f'data:text/csv;charset=utf-8,{quote(text.getvalue())}'


def learning_curves(methods: dict[str, Runs]) -> list[Figure]:
    """Mean over the seeds, with a band from the lowest to the highest.

    Rows that are tested with other statistics share the training of another row.
    """
    trained = {
        frozenset(run.folder for run in runs.values()): (method, list(runs.values()))
        for method, runs in reversed(methods.items())
    }
    found = [_curves(dict(reversed(trained.values())), m, methods) for m in MEASURED]
    return [figure for figure in found if figure is not None]


def _curves(trained: dict, measure: str, methods: dict[str, Runs]) -> Figure | None:
    found = {name: _curve(runs, measure) for name, runs in trained.items()}
    curves = {name: curve for name, curve in found.items() if curve is not None}
    if not curves:
        return None
    rows = [
        (name, *point)
        for name, curve in curves.items()
        for point in zip(*curve, strict=True)
    ]
    title, order = {'mIoU': 'mIoU % in validation'}.get(measure, measure), list(methods)
    return Figure(
        f'Learning curves: {title}',
        legend(list(curves), order) + line_chart(curves, order, 'iteration', title),
        [('method', 'iteration', 'mean', 'lowest', 'highest'), *rows],
        'Lines are means over seeds, bands reach from the lowest to the highest seed.',
    )


def _curve(runs: Sequence[Result], measure: str) -> tuple | None:
    """Iterations, mean, lowest and highest over runs; None if it was not logged."""
    logged: dict[int, list[float]] = {}
    for run in runs:
        for line in run.scalars:
            if measure in line:
                logged.setdefault(line['step'], []).append(line[measure])
    steps = sorted(step for step, found in logged.items() if len(found) == len(runs))
    if len(steps) < 2:
        return None
    steps = steps[:: -(-len(steps) // POINTS)]
    values = [logged[step] for step in steps]
    edges = ([float(f(v)) for v in values] for f in (np.mean, np.min, np.max))
    return (steps, *edges)


def class_heat_map(methods: dict[str, Runs]) -> Figure:
    """IoU of each class, mean over the seeds."""
    first = next(iter(next(iter(methods.values())).values()))
    classes = [key for key in first.figures if key.startswith('IoU.')]
    values = np.array(
        [[_mean_figure(runs, key) for key in classes] for runs in methods.values()]
    )
    names = [key.removeprefix('IoU.') for key in classes]
    return Figure(
        'IoU of each class, %',
        heat_map(values, list(methods), names, 'IoU of each class'),
        [('method', *names), *((m, *v) for m, v in zip(methods, values, strict=True))],
    )


def _mean_figure(runs: Runs, key: str) -> float:
    values = [run.figures.get(key) for run in runs.values()]
    return np.nan if None in values or not values else float(np.mean(values))


def losses_to_bound(found: dict[tuple[str, str], Runs]) -> list[Figure]:
    """How far methods are below models of the target's labels (SemSim, Fig. 8, 11).

    Args:
        found: Runs by pair and method.

    Returns:
        Of accuracy and of mIoU; empty where no pair has target-only.
    """
    pairs = [pair for pair, method in found if method == BOUND]
    methods = dict.fromkeys(m for p, m in found if p in pairs and m != BOUND)
    if not methods:
        return []
    return [
        _losses(found, pairs, list(methods), key, name)
        for key, name in (('aAcc', 'accuracy'), ('mIoU', 'mIoU'))
    ]


def _losses(
    found: dict[tuple[str, str], Runs],
    pairs: Sequence[str],
    methods: Sequence[str],
    key: str,
    name: str,
) -> Figure:
    values = np.array(
        [
            [
                _mean_figure(found[pair, BOUND], key)
                - _mean_figure(found.get((pair, method), {}), key)
                for pair in pairs
            ]
            for method in methods
        ]
    )
    rows = [(m, *v) for m, v in zip(methods, values.tolist(), strict=True)]
    return Figure(
        f'Loss of {name} against {BOUND}, points',
        heat_map(values, methods, pairs, f'loss of {name} against {BOUND}'),
        [('method', *pairs), *rows],
        'Means over the seeds; below 0 a method is better.',
    )


def confusion(method: str, counts: np.ndarray, classes: Sequence[str]) -> Figure:
    """Of all pixels of a class, which class they are taken for.

    Args:
        method: Whose.
        counts: True by predicted classes, (C, C).
        classes: Their names.
    """
    totals = counts.sum(1, keepdims=True)
    shares = np.where(totals > 0, 100 * counts / np.maximum(totals, 1), np.nan)
    return Figure(
        f'Confusion of {method}',
        heat_map(shares, classes, classes, f'confusion of {method}'),
        [
            ('true', *classes),
            *((c, *v) for c, v in zip(classes, counts.tolist(), strict=True)),
        ],
        'Rows are true classes, columns what they are taken for, in % of the row, all '
        'seeds together. The CSV has pixels.',
    )


def class_shares(counts: dict[str, np.ndarray], classes: Sequence[str]) -> Figure:
    """Shares of the classes in the truth and in the predictions.

    Args:
        counts: By method, true by predicted classes, (C, C).
        classes: Their names.
    """
    true = next(iter(counts.values())).sum(1)
    found = {'truth': true, **{m: c.sum(0) for m, c in counts.items()}}
    values = np.array([100 * c / max(c.sum(), 1) for c in found.values()])
    order, label = [*counts, 'truth'], '% of labelled pixels'
    return Figure(
        'Class shares, true and predicted, %',
        legend(list(found), order) + bars(values, list(found), order, classes, label),
        [('', *classes), *((m, *v) for m, v in zip(found, values, strict=True))],
    )


def pair_statistics(methods: dict[str, Runs]) -> Figure | None:
    """What the manifests of the mappings say that were trained on."""
    columns = ('method', 'seed', 'strategy', 'targets used', 'of', 'most uses')
    rows = []
    for method, runs in methods.items():
        for seed, run in runs.items():
            manifest = Path(f'{run.mapping}.json')
            if not manifest.is_file():
                continue
            said = json.loads(manifest.read_text())
            strategy = said['strategy'] + (' (ORACLE)' if said['oracle'] else '')
            used = (said['distinct_targets'], said['target']['images'])
            rows.append((method, seed, strategy, *used, said['most_uses']))
    if not rows:
        return None
    return Figure('Pairs that were trained on', table(columns, rows), [columns, *rows])


def table(columns: Sequence[str], rows: Sequence[Sequence]) -> str:
    """A plain table."""
    head = ''.join(f'<th>{c}</th>' for c in columns)
    body = ''.join(
        '<tr>' + ''.join(f'<td>{cell}</td>' for cell in row) + '</tr>' for row in rows
    )
    rows = f'<thead><tr>{head}</tr></thead><tbody>{body}</tbody>'
    return f'<table class="sortable">{rows}</table>'


def grid(tiles: TestTiles, methods: dict[str, Runs], number: int) -> str:
    """Tiles, their labels and what the first seed of each method says of them."""
    chosen = list(tiles.truth)[:: max(1, len(tiles.truth) // number)][:number]
    palette = tiles.dataset.metainfo['palette']
    rows = []
    for name in chosen:
        cells = [
            _picture(tiles.image(name), 'image', '.jpg'),
            _picture(colourise(tiles.truth[name], palette), 'truth'),
        ]
        for method, runs in methods.items():
            run = runs[min(runs)]
            file = run.folder / f'predictions{run.suffix}' / name
            labels = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
            if labels is not None:
                cells.append(_picture(colourise(labels, palette), method))
        rows.append(f'<div class="tiles">{"".join(cells)}</div>')
    colours = (f'rgb{tuple(colour)}' for colour in palette)
    classes = tiles.dataset.metainfo['classes']
    return swatches(zip(classes, colours, strict=True)) + ''.join(rows)


def _picture(image: np.ndarray, title: str, kind: str = '.png') -> str:
    scale = SHOWN / max(image.shape[:2])
    if scale < 1:
        image = cv2.resize(
            image,
            None,
            fx=scale,
            fy=scale,
            interpolation=cv2.INTER_AREA if kind == '.jpg' else cv2.INTER_NEAREST,
        )
    encoded = cv2.imencode(kind, image[..., ::-1])[1].tobytes()
    data = base64.b64encode(encoded).decode()
    mime = {'.png': 'png', '.jpg': 'jpeg'}[kind]
    return (
        f'<figure><img src="data:image/{mime};base64,{data}" alt="{title}">'
        f'<figcaption>{title}</figcaption></figure>'
    )
