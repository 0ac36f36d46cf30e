"""Training and testing several configs over several seeds, as one table."""

import json
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

from mmuda.engine.checkpoint import latest_checkpoint
from mmuda.evaluation import write_figures
from mmuda.jobs.config import load_config
from mmuda.jobs.oracle import is_oracle
from mmuda.jobs.pairing.report import semsim_of
from mmuda.jobs.prerequisites import MappingFile, check_all, prerequisites_of
from mmuda.jobs.prerequisites.base import words_for
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

    What was trained and tested before is not done again. The figures go to
    ``out/results.json``, the table to the terminal, a picture of predictions of the
    first seed to ``out/predictions.png``.

    Args:
        configs: Config files.
        seeds: Seeds of the runs.
        out: Folder for the results.
        loading: What else :func:`~mmuda.jobs.config.load_config` is to know, such as
            ``dict(demo=True)``, also in the training and test commands.
        per_class: Whether the table has the IoU of each class as well.
        semsim: Whether it has SemSim of the pairs that a config trains on: Table 3 of
            the SemSim paper. Reads target labels, for analysis alone.

    Returns:
        By the name of the config: ``oracle``, and for each measure the values of
        all seeds, their mean and standard deviation.
    """
    loading = loading or {}
    loaded = {config: _load(config, seeds[0], loading) for config in configs}
    for cfg in loaded.values():
        check_all(cfg)
    results = {}
    for config, cfg in loaded.items():
        runs = [_run(config, seed, loading) for seed in seeds]
        figures = [json.loads((run / 'test.json').read_text()) for run in runs]
        name = Path(config).stem
        results[name] = {
            'config': config,
            'oracle': is_oracle(cfg),
            **_summary(figures),
        }
        if semsim:
            results[name]['SemSim'] = semsim_of(_with_mapping(cfg))
        write_figures(out / 'results.json', {'seeds': list(seeds), 'rows': results})
    print_table(results, per_class)
    draw(list(loaded.values()), out / 'predictions.png')
    return results


def _load(config: str, seed: int, loading: dict) -> Config:
    return load_config(config, seed=seed, **loading)


def _with_mapping(cfg: Config) -> Config:
    """A config whose sampler names the mapping that its run was trained with."""
    mappings = [p for p in prerequisites_of(cfg) if isinstance(p, MappingFile)]
    for mapping in mappings:
        mapping.use(cfg)
    return cfg


def _run(config: str, seed: int, loading: dict) -> Path:
    """Train and test one config with one seed; returns its work folder."""
    cfg = _load(config, seed, loading)
    folder = Path(cfg.work_dir)
    options = words_for(cfg)
    last = folder / f'iter_{cfg.train_cfg.max_iters}.pth'
    if not last.is_file():
        _command('train', *options, '--resume')
    if not (folder / 'test.json').is_file():
        checkpoint = str(latest_checkpoint(folder))
        _command('test', *options, checkpoint, '--out', str(folder / 'predictions'))
    return folder


def _command(*words: str) -> None:
    print('mmuda', *words, flush=True)  # noqa: T201
    done = subprocess.run([sys.executable, '-m', 'mmuda', *words])
    if done.returncode:
        raise ValueError(f'`mmuda {" ".join(words)}` failed, see above')


def _summary(figures: Sequence[dict]) -> dict:
    return {
        measure: {
            'values': [run[measure] for run in figures],
            'mean': float(np.mean([run[measure] for run in figures])),
            'std': float(np.std([run[measure] for run in figures], ddof=1))
            if len(figures) > 1
            else None,
        }
        for measure in figures[0]
        if all(run[measure] is not None for run in figures)
    }


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


def draw(configs: Sequence[Config], file: Path, num_images: int = 4) -> None:
    """Picture of test images: image, truth, and what each config predicts."""
    cfg = configs[0]
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    folders = [Path(c.work_dir, 'predictions') for c in configs]
    rows = []
    for index in np.linspace(0, len(dataset) - 1, num_images).astype(int):
        sample = dataset[int(index)]
        image = sample['inputs'].numpy().transpose(1, 2, 0)
        truth = sample['data_samples'].gt_sem_seg.data[0].numpy()
        name = f'{Path(sample["data_samples"].img_path).stem}.png'
        maps = [cv2.imread(str(f / name), cv2.IMREAD_UNCHANGED) for f in folders]
        palette = dataset.metainfo['palette']
        pictures = [colourise(labels, palette) for labels in (truth, *maps)]
        rows.append([displayable(image), *pictures])
    titles = ['image', 'truth', *map(_method, configs)]
    save_panels(
        file, rows, titles, dataset.metainfo['classes'], dataset.metainfo['palette']
    )
