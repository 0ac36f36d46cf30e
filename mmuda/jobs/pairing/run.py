"""Computing and writing the mapping that a config asks for."""

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.dist import get_rank
from mmengine.logging import print_log

from mmuda.jobs.pairing.make import map_images, pairing_images
from mmuda.jobs.pairing.options import PairingOptions
from mmuda.jobs.pairing.report import write_report
from mmuda.jobs.pairing.strategies import NEED_MODEL, ORACLES
from mmuda.jobs.prerequisites import MappingFile, SourceModel, data_of, provide
from mmuda.jobs.prerequisites.mapping_file import with_declared_alpha


def pair_images(
    cfg: Config,
    options: PairingOptions,
    *,
    checkpoint: str | None = None,
    out: Path | None = None,
    report: Path | None = None,
    target_labels: bool = False,
) -> Path:
    """Compute which target image goes with which source image, and write it.

    Args:
        cfg: A config whose ``pairing`` names a strategy.
        options: How to compute.
        checkpoint: Of the source model; by default that of the config, which is trained
            first if need be.
        out: CSV file of the mapping; by default where training looks for it.
        report: Folder for pictures of it; None for none.
        target_labels: Whether the report may read the labels of the target.

    Returns:
        The file.

    Raises:
        ValueError: If the strategy can not be followed.
    """
    provide(data_of(cfg), cfg)
    strategy = cfg.pairing.strategy
    checkpoint = source_model_of(cfg, checkpoint)
    out = out or MappingFile(cfg).file
    out.parent.mkdir(parents=True, exist_ok=True)
    with pairing_images(
        cfg,
        options,
        checkpoint,
        scratch=out.parent,
        oracle=strategy in ORACLES or target_labels,
    ) as images:
        mapping = map_images(images, strategy, options)
        if get_rank() != 0:
            return out
        mapping.save(out)
        print_log(f'{out}: {mapping.described}')
        if report:
            leave_processes()
            figures = write_report(images, mapping, options, report)
            print_log(f'{report}: {described(figures)}')
    return out


def chosen(
    cfg: Config, strategy: str | None, options: PairingOptions
) -> PairingOptions:
    """Put what was asked for into the config, where a mapping says what it is from.

    Args:
        cfg: A config; its ``pairing`` is completed.
        strategy: Instead of the config's.
        options: How to compute.

    Returns:
        ``options``, with the batch statistics that the config declares.

    Raises:
        ValueError: If neither names a strategy.
    """
    cfg.pairing = cfg.get('pairing') or {}
    cfg.pairing.strategy = strategy or cfg.pairing.get('strategy')
    if cfg.pairing.strategy is None:
        raise ValueError(
            f'{cfg.filename} names no strategy to pair by: give --strategy'
        )
    options = with_declared_alpha(options, cfg.pairing.strategy, cfg)
    cfg.pairing.update(options.deciding(cfg.pairing.strategy))
    return options


def source_model_of(cfg: Config, checkpoint: str | None) -> str | None:
    """Put the model f^S into a config, and make its checkpoint if none is given.

    Returns:
        The checkpoint; None if the strategy needs no model.
    """
    if cfg.get('source_model') is None:
        return checkpoint
    model = SourceModel(cfg)
    if checkpoint is None and cfg.pairing.strategy in NEED_MODEL:
        model.check()
        provide([model], cfg)
        checkpoint = str(model.checkpoint)
    cfg.model = model.run.model
    return checkpoint


def leave_processes() -> None:
    """Go on alone."""
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def described(figures: dict) -> str:
    """A row of Table 3."""
    if 'semsim_mean' not in figures:
        return 'SemSim unknown without --target-labels'
    return 'SemSim mean {semsim_mean:.3f}, std {semsim_std:.3f}'.format(**figures)
