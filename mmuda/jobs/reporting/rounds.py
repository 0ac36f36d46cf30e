"""Pseudo labels that runs learned from, round by round."""

from pathlib import Path

import numpy as np
from mmengine.config import Config

from mmuda.files import read_json
from mmuda.jobs.nodes import dicts
from mmuda.jobs.pseudo_labels.job import LABELS
from mmuda.jobs.reporting.figures import Figure
from mmuda.jobs.reporting.overview import Runs
from mmuda.jobs.reporting.results import config_in_use
from mmuda.visualization.svg import heat_map


def pseudo_label_rounds(methods: dict[str, Runs]) -> Figure | None:
    """Of the pixels that got a label, which share each class has, by round.

    Returns:
        None where no run learned from pseudo labels.
    """
    rows = {}
    for method, runs in methods.items():
        for seed, run in runs.items():
            found = [] if run.suffix else labels_of(run.folder, run.provided)
            for number, said in enumerate(found, start=1):
                rows[method, seed, number] = said
    if not rows:
        return None
    classes = list(next(iter(rows.values()))['share_of_labels'])
    values = np.array(
        [[said['kept'], *_shares(said, classes)] for said in rows.values()]
    )
    names = [f'{method}, seed {seed}, round {n}' for method, seed, n in rows]
    columns = ['labelled', *classes]
    return Figure(
        'Pseudo labels of each round, %',
        heat_map(100 * values, names, columns, 'pseudo labels of each round'),
        [
            ('method', 'seed', 'round', *columns),
            *((*key, *(100 * v)) for key, v in zip(rows, values, strict=True)),
        ],
        'First the part of all pixels that got a label, then the share of each class '
        'among them.',
    )


def labels_of(folder: Path, cfg: Config | None) -> list[dict]:
    """What is said of the labels that a run learned from, the first round's first.

    The labels lie in the folder of the run whose model made them, and that run may
    have learned from labels itself.

    Args:
        folder: Of the run.
        cfg: Its config, with the place of the labels.
    """
    made = None if cfg is None else _folder_of_labels(cfg)
    file = None if made is None else Path(made).parent / LABELS
    if file is None or not file.is_file():
        return []
    maker = file.parents[2]  # <run>/pseudo_labels/<name>/labels.json
    return [*labels_of(maker, config_in_use(maker)), read_json(file)]


def _folder_of_labels(cfg: Config) -> str | None:
    target = cfg.train_dataloader.dataset.get('target') or {}
    steps = (n for n in dicts(target) if n.get('type') == 'LoadPseudoLabels')
    return next((step['folder'] for step in steps), None)


def _shares(said: dict, classes: list[str]) -> list[float]:
    return [said['share_of_labels'].get(name) or 0.0 for name in classes]
