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
from rich.table import Column, Table

from mmuda.evaluation import write_figures
from mmuda.jobs.console import table_console
from mmuda.jobs.experiments.kept import check_kept
from mmuda.jobs.experiments.run import Row, Run
from mmuda.jobs.oracle import is_oracle
from mmuda.jobs.pairing.report import semsim_of
from mmuda.jobs.prerequisites import MappingFile, check_all, prerequisites_of
from mmuda.visualization import colourise, displayable, save_panels

MEASURES = {'aAcc': 'accuracy %', 'mIoU': 'mIoU %'}


def compare(
    configs: Sequence[str],
    seeds: Sequence[int],
    out: Path,
    loading: dict | None = None,
    per_class: bool = False,
    semsim: bool = False,
    last: int = 1,
) -> dict[str, dict]:
    """Train and test each config with each seed; the last checkpoint counts.

    What was trained and tested before is not done again, and refused if it was trained
    in another precision. The figures go to ``out/results.json``, the table to the
    terminal, a picture of predictions of the first seed to ``out/predictions.png``.

    Args:
        configs: Config files, with ``@<alpha>`` or ``+averaged`` behind them or not;
            see :class:`Row`.
        seeds: Seeds of the runs.
        out: Folder for the results.
        loading: What else :func:`~mmuda.jobs.config.load_config` is to know, such as
            ``dict(demo=True)``, also in the training and test commands.
        per_class: Whether the table has the IoU of each class as well.
        semsim: Whether it has SemSim of the pairs that a config trains on: Table 3 of
            the SemSim paper. Reads target labels, for analysis alone.
        last: How many of the last checkpoints of each run are tested, to see how much
            one differs from the next.

    Returns:
        By the name of the row what :func:`figures_of` says, ``oracle`` and what is
        tested.

    Raises:
        ValueError: If a config can not be tested or trained, or its run does not keep
            the checkpoints that are asked for, or was trained in another precision.
    """
    rows = [
        [Run(Row.of(text), seed, loading or {}, last=last) for seed in seeds]
        for text in configs
    ]
    for runs in rows:
        _check(runs)
    out.mkdir(parents=True, exist_ok=True)
    results = {}
    for runs in rows:
        results[runs[0].row.name] = _completed(runs)
        if semsim:
            mapped = _with_mapping(runs[0].cfg)
            results[runs[0].row.name]['SemSim'] = semsim_of(mapped)
        write_figures(out / 'results.json', {'seeds': list(seeds), 'rows': results})
    print_table(results, per_class)
    draw([first for first, *_ in rows], out / 'predictions.png')
    return results


def _check(runs: Sequence[Run]) -> None:
    """Refuse a row that can not be trained or tested as it is asked for."""
    cfg = runs[0].cfg
    if cfg.get('test_dataloader') is None:
        raise ValueError(
            f'{cfg.filename} has nothing to be tested on: its target has no `val`, or '
            'its model is no segmentor'
        )
    check_all(cfg)
    for run in runs:
        run.check()
        check_kept(run)


def _completed(runs: Sequence[Run]) -> dict:
    """Train and test one row with all seeds; what is tested, and what was measured."""
    for run in runs:
        run.complete(_command)
    row = runs[0].row
    return {
        'config': row.config,
        'alpha': row.alpha,
        'averaged': row.averaged,
        'oracle': is_oracle(runs[0].cfg),
        **figures_of(runs),
    }


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


def figures_of(runs: Sequence[Run]) -> dict:
    """What finished runs of one row measured.

    Returns:
        For each measure the values of all seeds, their mean and standard deviation, or
        None where a run has none; ``protocol``. Where several checkpoints were tested,
        ``last`` has these ``checkpoints`` by seed and for each measure their values and
        the spread of :func:`over_checkpoints`.
    """
    found = summary([run.figures for run in runs])
    if runs[0].last == 1:
        return found
    tested = [run.figures_of_last for run in runs]
    measures = [m for m in found if m != 'protocol']
    spread = {
        m: over_checkpoints([[f[m] for f in run.values()] for run in tested])
        for m in measures
    }
    return {**found, 'last': {'checkpoints': [list(run) for run in tested], **spread}}


def over_checkpoints(values: list[list[float | None]]) -> dict | None:
    """One measure over the last checkpoints of each run, the last at the end.

    Returns:
        ``values``; ``each``, the mean over the runs of the first, the second and so on;
        ``mean`` over all; ``spread``, the standard deviation between the checkpoints of
        a run (of several runs the square root of the mean variance). None where a
        checkpoint has no value.
    """
    if any(None in run for run in values):
        return None
    return {
        'values': values,
        'each': np.mean(values, 0).tolist(),
        'mean': float(np.mean(values)),
        'spread': float(np.var(values, 1, ddof=1).mean() ** 0.5),
    }


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

    A row whose model has several branches is followed by theirs. Where several of the
    last checkpoints were tested, the mIoU of each, their mean and spread follow.

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
    several = any('last' in row for row in results.values())
    last = ['of the last checkpoints', 'mean ± spread'] if several else []

    def cells(row: dict, prefix: str = '') -> list[str]:
        shown = [_cell(row, prefix + m) for m in measures]
        return shown + (_cells_of_last(row, f'{prefix}mIoU') if several else [])

    # Names stay whole, figures wrap where a terminal is narrow.
    table = Table(Column(no_wrap=True), *measures.values(), *last)
    for name, row in results.items():
        oracle = ' (ORACLE)' if row['oracle'] else ''
        table.add_row(name + oracle, *cells(row))
        branches = [key.removesuffix('.mIoU') for key in row if '.mIoU' in key]
        for branch in branches if len(branches) > 1 else ():
            table.add_row(f'  {branch}', *cells(row, f'{branch}.'))
    table_console().print(table)


def _cell(row: dict, measure: str) -> str:
    figure = row.get(measure)
    if figure is None:
        return '-'
    digits = 3 if measure == 'SemSim' else 1
    deviation = '' if figure['std'] is None else f' ± {figure["std"]:.{digits}f}'
    return f'{figure["mean"]:.{digits}f}{deviation}'


def _cells_of_last(row: dict, measure: str) -> list[str]:
    found = row.get('last', {}).get(measure)
    if found is None:
        return ['-', '-']
    each = ' '.join(f'{value:.1f}' for value in found['each'])
    return [each, f'{found["mean"]:.1f} ± {found["spread"]:.1f}']


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
        name = f'{Path(sample["data_samples"].img_path).stem}.png'
        maps = [cv2.imread(str(f / name), cv2.IMREAD_UNCHANGED) for f in folders]
        palette = dataset.metainfo['palette']
        pictures = [colourise(labels, palette) for labels in (truth, *maps)]
        lines.append([displayable(image), *pictures])
    methods = [_method(run.cfg) + run.row.suffix for run in runs]
    titles = ['image', 'truth', *methods]
    save_panels(
        file, lines, titles, dataset.metainfo['classes'], dataset.metainfo['palette']
    )
