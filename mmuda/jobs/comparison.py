"""Training and testing several configs over several seeds, as one table."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from rich.console import Console
from rich.table import Column, Table

from mmuda.datasets.windows import sample_name
from mmuda.evaluation import write_figures
from mmuda.jobs.experiments.run import Row, Run
from mmuda.jobs.oracle import is_oracle
from mmuda.jobs.pairing.report import semsim_of
from mmuda.jobs.prerequisites import MappingFile, check_all, prerequisites_of
from mmuda.visualization import colourise, displayable, save_panels

MEASURES = {'aAcc': 'accuracy %', 'mIoU': 'mIoU %'}
WIDE = 1000  # characters; no table is as wide


def compare(
    configs: Sequence[str],
    seeds: Sequence[int],
    out: Path,
    loading: dict | None = None,
    per_class: bool = False,
    semsim: bool = False,
) -> dict[str, dict]:
    """Train and test each config with each seed; the last checkpoint counts.

    What was trained and tested before is not done again, and refused if it was trained
    in another precision. The figures go to ``out/results.json``, the table to the
    terminal, a picture of predictions of the first seed to ``out/predictions.png``.

    Args:
        configs: Config files, with ``@<alpha>`` behind them or not; see :class:`Row`.
        seeds: Seeds of the runs.
        out: Folder for the results.
        loading: What else :func:`~mmuda.jobs.config.load_config` is to know, such as
            ``dict(demo=True)``, also in the training and test commands.
        per_class: Whether the table has the IoU of each class as well.
        semsim: Whether it has SemSim of the pairs that a config trains on: Table 3 of
            the SemSim paper. Reads target labels, for analysis alone.

    Returns:
        By the name of the row: ``oracle``, and for each measure the values of
        all seeds, their mean and standard deviation, or None where a run has none.

    Raises:
        ValueError: If a row can not be trained or tested, or a run was trained with
            ``--amp`` and is asked for without it, or the other way round.
    """
    rows = [Row.of(text) for text in configs]
    runs = [[Run(row, seed, loading or {}) for seed in seeds] for row in rows]
    for of_row in runs:
        _check(of_row)
    out.mkdir(parents=True, exist_ok=True)
    results = {}
    for row, of_row in zip(rows, runs, strict=True):
        first = of_row[0]
        results[row.name] = {
            'config': row.config,
            'alpha': row.alpha,
            'oracle': is_oracle(first.cfg),
            **summary([_figures(run) for run in of_row]),
        }
        if semsim:
            results[row.name]['SemSim'] = semsim_of(_with_mapping(first.cfg))
        write_figures(out / 'results.json', {'seeds': list(seeds), 'rows': results})
    print_table(results, per_class)
    draw([of_row[0] for of_row in runs], out / 'predictions.png')
    return results


def _check(runs: Sequence[Run]) -> None:
    """Refuse a row that can not be trained or tested, or was trained in another way."""
    cfg = runs[0].cfg
    if cfg.get('test_dataloader') is None:
        raise ValueError(
            f'{cfg.filename} has nothing to be tested on: its target has no `val`, or '
            'its model is no segmentor'
        )
    check_all(cfg)
    for run in runs:
        run.check()


def _figures(run: Run) -> dict:
    run.complete(_command)
    return run.figures


def _with_mapping(cfg: Config) -> Config:
    """A config whose sampler names the mapping that its run was trained with."""
    mappings = [p for p in prerequisites_of(cfg) if isinstance(p, MappingFile)]
    for mapping in mappings:
        mapping.use(cfg)
    return cfg


def _command(*words: str) -> None:
    print('mmuda', *words, flush=True)  # noqa: T201
    done = subprocess.run([sys.executable, '-m', 'mmuda', *words])
    if done.returncode:
        raise ValueError(f'`mmuda {" ".join(words)}` failed, see above')


def summary(figures: Sequence[dict]) -> dict:
    """Each measure over the runs; None for a class that the test set's truth lacks.

    ``protocol`` says what all are taken over.

    Raises:
        ValueError: If that is not the same for all runs.
    """
    protocols = list(dict.fromkeys(run.get('protocol') for run in figures))
    if len(protocols) > 1:
        raise ValueError(
            f'runs are measured over {protocols}: they can not be averaged'
        )
    measures = [m for m in figures[0] if m != 'protocol']
    said = {} if protocols == [None] else {'protocol': protocols[0]}
    return said | {m: _over_runs([run[m] for run in figures]) for m in measures}


def _over_runs(values: list[float | None]) -> dict | None:
    if None in values:
        return None
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else None
    return {'values': values, 'mean': float(np.mean(values)), 'std': deviation}


def _method(cfg: Config) -> str:
    """What a config's name says of the method: all words but the domains."""
    words = Path(cfg.filename).stem.split('_')
    domains = 2 if cfg.get('source') is not None and len(words) > 2 else 1
    return ' '.join(words[:-domains] or words)


def print_table(results: dict[str, dict], per_class: bool = False) -> None:
    """Print accuracy and mIoU of each row; oracles are called so.

    A row whose model has several branches is followed by theirs.

    Args:
        results: As :func:`compare` returns them.
        per_class: Whether the IoU of each class comes first; ``-`` where a class has
            none in some run.
    """
    measures = dict(MEASURES)
    if any('SemSim' in row for row in results.values()):
        measures['SemSim'] = 'SemSim of pairs'
    if per_class:
        found = {
            m: None for row in results.values() for m in row if m.startswith('IoU.')
        }
        measures = {m: f'{m.removeprefix("IoU.")} IoU %' for m in found} | measures
    # Names stay whole, figures wrap where a terminal is narrow.
    table = Table(Column(no_wrap=True), *measures.values())
    for name, row in results.items():
        oracle = ' (ORACLE)' if row['oracle'] else ''
        table.add_row(name + oracle, *(_cell(row, m) for m in measures))
        branches = [key.removesuffix('.mIoU') for key in row if '.mIoU' in key]
        for branch in branches if len(branches) > 1 else ():
            cells = (_cell(row, f'{branch}.{m}') for m in measures)
            table.add_row(f'  {branch}', *cells)
    # As wide as it is where nobody looks at it in a terminal.
    console = Console()
    if not console.is_terminal:
        console.width = WIDE
    console.print(table)


def _cell(row: dict, measure: str) -> str:
    figure = row.get(measure)
    if figure is None:
        return '-'
    digits = 3 if measure == 'SemSim' else 1
    deviation = '' if figure['std'] is None else f' ± {figure["std"]:.{digits}f}'
    return f'{figure["mean"]:.{digits}f}{deviation}'


def draw(runs: Sequence[Run], file: Path, num_images: int = 4) -> None:
    """Picture of test images: image, truth, and what each run predicts."""
    cfg = runs[0].cfg
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    folders = [run.predictions for run in runs]
    lines = []
    for index in np.linspace(0, len(dataset) - 1, num_images).astype(int):
        sample = dataset[int(index)]
        image = sample['inputs'].numpy().transpose(1, 2, 0)
        truth = sample['data_samples'].gt_sem_seg.data[0].numpy()
        name = f'{sample_name(sample["data_samples"])}.png'
        maps = [cv2.imread(str(f / name), cv2.IMREAD_UNCHANGED) for f in folders]
        palette = dataset.metainfo['palette']
        pictures = [colourise(labels, palette) for labels in (truth, *maps)]
        lines.append([displayable(image), *pictures])
    methods = [_method(run.cfg) + run.row.suffix for run in runs]
    titles = ['image', 'truth', *methods]
    save_panels(
        file, lines, titles, dataset.metainfo['classes'], dataset.metainfo['palette']
    )
