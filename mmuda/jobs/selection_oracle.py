"""What the checkpoints of a selection are truly worth: analysis, once all is chosen."""

import tempfile
from pathlib import Path

from mmuda.files import read_json
from mmuda.jobs.selection import config_of
from mmuda.jobs.statistics import alpha_suffix, with_statistics
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
    for checkpoint, alpha in judged_in(read_json(selection)):
        if true_figures(checkpoint, alpha) is None:
            _measure(checkpoint, alpha)


def judged_in(said: dict) -> list[tuple[Path, float | None]]:
    """The checkpoints of a selection, and the batch statistics of each."""
    files = [Path(file) for file in said['checkpoints']]
    return list(zip(files, said.get('alphas', [None] * len(files)), strict=True))


def true_figures(checkpoint: Path, alpha: float | None = None) -> dict | None:
    """What was measured of a checkpoint, in percent; None before, or if it changed.

    Args:
        checkpoint: It.
        alpha: Its batch statistics; None for those it declares.
    """
    file = _file_of(checkpoint, alpha)
    if not file.is_file():
        return None
    if checkpoint.is_file() and checkpoint.stat().st_mtime > file.stat().st_mtime:
        return None
    return read_json(file)


def _file_of(checkpoint: Path, alpha: float | None) -> Path:
    return checkpoint.parent / FOLDER / f'{checkpoint.stem}{alpha_suffix(alpha)}.json'


def _measure(checkpoint: Path, alpha: float | None) -> None:
    cfg = config_of(checkpoint.parent)
    # Logs are of no use to anybody, and mmengine keeps what has the same name.
    with tempfile.TemporaryDirectory() as folder:
        cfg.work_dir, cfg.experiment_name = folder, Path(folder).name
        cfg.visualizer = dict(type='SegLocalVisualizer', name=cfg.experiment_name)
        figures = _file_of(checkpoint, alpha)
        if alpha is not None:
            checkpoint = with_statistics(cfg, checkpoint)
        evaluate(cfg, checkpoint, EvaluationOptions(alpha, figures=figures))
