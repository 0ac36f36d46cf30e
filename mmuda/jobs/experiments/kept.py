"""Which checkpoints a run keeps, and whether they are those that a row asks for."""

from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.config import Config

from mmuda.engine.checkpoint import AVERAGED, checkpoints_in
from mmuda.jobs.averaging import SETTING, is_averaged

if TYPE_CHECKING:
    from mmuda.jobs.experiments.run import Run


def kept_checkpoints(folder: Path, cfg: Config, averaged: bool = False) -> list[Path]:
    """The regular checkpoints of a run up to its last iteration, oldest first.

    Args:
        folder: Of the run.
        cfg: Its config.
        averaged: Whether those of averaged weights are meant.
    """
    found = checkpoints_in(folder, AVERAGED if averaged else '')
    last = cfg.train_cfg.max_iters
    return [file for number, file in found.items() if number <= last]


def check_kept(run: 'Run') -> None:
    """Refuse a row whose checkpoints its run has not kept, or will not keep.

    Raises:
        ValueError: In one line that says what the config must say instead.
    """
    cfg, trained = run.cfg, run.is_trained
    has = f'{run.row.name}: {run.folder} {"has" if trained else "would have"}'
    again = 'train it anew by' if trained else 'train it by'
    kept = kept_checkpoints(run.folder, cfg, run.row.averaged)
    ends = f'_{cfg.train_cfg.max_iters}'
    there = kept and kept[-1].stem.endswith(ends)
    if run.row.averaged and not (there if trained else is_averaged(cfg)):
        raise ValueError(
            f'{has} no averaged checkpoint: {again} a config that says {SETTING}'
        )
    number = len(kept) if trained else _planned(cfg)
    if number < run.last:
        hook = _checkpoint_hook(cfg)
        raise ValueError(
            f'{has} {number} of the last {run.last} checkpoints: {again} a config with '
            'another default_hooks.checkpoint, where max_keep_ckpts is '
            f'{hook.get("max_keep_ckpts", -1)} and interval {hook.get("interval", -1)}'
        )


def _planned(cfg: Config) -> int:
    """How many checkpoints a run will have in the end."""
    hook, iterations = _checkpoint_hook(cfg), cfg.train_cfg.max_iters
    interval = hook.get('interval', -1)
    # There is one after the last iteration in any case.
    number = -(-iterations // interval) if interval > 0 else 1
    most = hook.get('max_keep_ckpts', -1)
    return min(number, most) if most > 0 else number


def _checkpoint_hook(cfg: Config) -> dict:
    named = (cfg.get('default_hooks') or {}).get('checkpoint')
    return named or dict(interval=1)  # that of mmengine
