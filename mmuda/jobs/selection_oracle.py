"""What the checkpoints of a selection are truly worth: analysis, once all is chosen."""

import tempfile
from pathlib import Path

from mmuda.files import read_json
from mmuda.jobs.selection import config_of
from mmuda.jobs.testing import EvaluationOptions, evaluate

FOLDER = 'oracle'  # below that of a run: nothing else reads it


def measure_checkpoints(selection: str | Path) -> None:
    """Measure all checkpoints of a selection on the labels of the target.

    The figures go to ``oracle/<checkpoint>.json`` in the folder of each run, where only
    ``mmuda report`` looks for them. What is there already is not measured again.

    Args:
        selection: File that :func:`~mmuda.jobs.selection.select` has written: choosing
            is over.

    Raises:
        ValueError: If a run has nothing to be tested on.
    """
    for checkpoint in map(Path, read_json(selection)['checkpoints']):
        if true_figures(checkpoint) is None:
            _measure(checkpoint)


def true_figures(checkpoint: Path) -> dict | None:
    """What was measured of a checkpoint, in percent; None before, or if it changed."""
    file = _file_of(checkpoint)
    if not file.is_file():
        return None
    if checkpoint.is_file() and checkpoint.stat().st_mtime > file.stat().st_mtime:
        return None
    return read_json(file)


def _file_of(checkpoint: Path) -> Path:
    return checkpoint.parent / FOLDER / f'{checkpoint.stem}.json'


def _measure(checkpoint: Path) -> None:
    cfg = config_of(checkpoint.parent)
    # Logs are of no use to anybody, and mmengine keeps what has the same name.
    with tempfile.TemporaryDirectory() as folder:
        cfg.work_dir, cfg.experiment_name = folder, Path(folder).name
        cfg.visualizer = dict(type='SegLocalVisualizer', name=cfg.experiment_name)
        evaluate(cfg, checkpoint, EvaluationOptions(figures=_file_of(checkpoint)))
