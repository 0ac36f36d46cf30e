"""Whether a checkpoint is of the training that a config asks for."""

from collections.abc import Iterator
from pathlib import Path

from mmengine.config import Config

from mmuda.engine.checkpoint import load_checked
from mmuda.jobs.config_text import read_config_text

NO_VALUE = 'nothing'
# What inheritance and a run add to a config.
ADDED = ('_scope_', 'mapping', 'class_counts', 'class_weights')
STEPS = ('TranslatedImage', 'LoadPseudoLabels')
# What decides on the weights; how often they are measured does not.
LOADER = ('dataset', 'sampler', 'batch_size')
WHEN_MEASURED = ('val_interval', 'val_begin', 'dynamic_intervals')
# How an optimizer computes: by `--amp` or not.
WRAPPERS = ('OptimWrapper', 'AmpOptimWrapper')
PRECISION = ('type', 'loss_scale', 'dtype')


def last_checkpoint(cfg: Config) -> Path:
    """Where the last checkpoint of a config's run is, or will be."""
    return Path(cfg.work_dir, f'iter_{cfg.train_cfg.max_iters}.pth')


def refuse_other_training(checkpoint: Path, cfg: Config) -> None:
    """Refuse a checkpoint that was trained in another way than a config says.

    Runs of mmengine put their config into their checkpoints. Weights without one, put
    there by hand, are taken as they are.

    Raises:
        ValueError: In one line that names the first difference.
    """
    was = config_of(load_checked(checkpoint), checkpoint)
    if was is None:
        return
    for key, found, expected in differences(what_trains(was), what_trains(cfg)):
        raise ValueError(
            f'{checkpoint} was trained with {key} {found!r}, {cfg.filename} says '
            f'{expected!r}: move {checkpoint.parent} away to have it trained anew'
        )


def refuse_other_precision(checkpoint: Path, cfg: Config) -> None:
    """Refuse a checkpoint that was trained with ``--amp`` for a run without it.

    Or the other way round. What other runs build on may be either.

    Raises:
        ValueError: In one line that says which is which.
    """
    was = config_of(load_checked(checkpoint), checkpoint)
    if was is None:
        return
    found, expected = (bool(config.get('amp')) for config in (was, cfg))
    if found != expected:
        raise ValueError(
            f'{checkpoint} was trained with amp {found}, this run has {expected}: go '
            f'on as before, or move {checkpoint.parent} away to have it trained anew'
        )


def config_of(content: dict, checkpoint: Path) -> Config | None:
    """The config that a checkpoint was trained by, None if it does not carry it.

    Raises:
        ValueError: If what it carries is none.
    """
    text = content.get('meta', {}).get('cfg')
    if text is None:
        return None
    try:
        found = read_config_text(text)
        what_trains(found)
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f'checkpoint {checkpoint} carries a config that can not be read: {error}'
        ) from error
    return found


def what_trains(cfg: Config) -> dict:
    """The part of a config that decides on the weights, in plain types."""
    loader = cfg.train_dataloader
    train_cfg = {k: v for k, v in cfg.train_cfg.items() if k not in WHEN_MEASURED}
    return _plain(
        dict(
            model=cfg.model,
            train_dataloader={k: loader[k] for k in LOADER if k in loader},
            optim_wrapper=cfg.optim_wrapper,
            param_scheduler=cfg.get('param_scheduler'),
            train_cfg=train_cfg,
            randomness=dict(seed=cfg.randomness.get('seed')),
            target_shares=cfg.get('target_shares'),
            **_labels(cfg),
            **_guide(cfg),
        )
    )


def _labels(cfg: Config) -> dict:
    """What decides on the pseudo labels that a run learns from."""
    given = cfg.get('pseudo_labels')
    if given is None:
        return {}
    file = given.get('config')
    config = dict(config=Path(file).name) if file else {}
    return dict(pseudo_labels={**given, **config}, rounds=cfg.get('rounds', 1))


def _guide(cfg: Config) -> dict:
    """Which segmentor guides a translator."""
    file = cfg.get('frozen_segmentor')
    return dict(frozen_segmentor=Path(file).name) if file else {}


def _plain(node: object) -> object:
    """Without what a run adds to its config when it uses its prerequisites."""
    if isinstance(node, dict):
        kept = {k: _plain(v) for k, v in node.items() if k not in ADDED}
        if kept.get('type') in WRAPPERS:
            kept = {k: v for k, v in kept.items() if k not in PRECISION}
        return kept
    if isinstance(node, (list, tuple)):
        return [_plain(item) for item in node if not _added_by_a_run(item)]
    return node


def _added_by_a_run(step: object) -> bool:
    return isinstance(step, dict) and step.get('type') in STEPS


def differences(
    found: object, expected: object, key: str = ''
) -> Iterator[tuple[str, object, object]]:
    """Where two values differ: dotted key, and what stands there in each."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in dict.fromkeys([*expected, *found]):
            values = (side.get(name, NO_VALUE) for side in (found, expected))
            yield from differences(*values, f'{key}.{name}' if key else str(name))
    elif found != expected:
        yield key, found, expected
