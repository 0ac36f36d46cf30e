"""Translators of configs, with the weights of a checkpoint."""

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn

from mmuda.engine.checkpoint import load_weights


def load_translator(cfg: Config, checkpoint: str | Path) -> nn.Module:
    """The translator of a config with the weights of a checkpoint, on the GPU if any.

    Raises:
        ValueError: If the model of the config does not translate, or the checkpoint
            is another model's.
    """
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    if not is_translator(cfg):
        raise ValueError(f'{cfg.filename} trains a {cfg.model.type}, no translator')
    translator = MODELS.build(cfg.model)
    load_weights(translator, checkpoint)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    return translator.to(device).eval()


def is_translator(cfg: Config) -> bool:
    """Whether the model of a config translates images."""
    return hasattr(MODELS.get(cfg.model.type), 'translate')


def check_domain(cfg: Config, domain: str) -> None:
    """Refuse a domain that a translator was not trained on.

    Raises:
        ValueError: If its config has none of this name.
    """
    known = [
        name for name in ('source', 'target') if name in cfg.train_dataloader.dataset
    ]
    if domain not in known:
        raise ValueError(
            f'domain {domain!r} is unknown, expected one of {", ".join(known)}'
        )


def bands_of(cfg: Config, domain: str) -> tuple[str | int, ...] | None:
    """The bands that a config loads of a domain's images."""
    check_domain(cfg, domain)
    dataset = cfg.train_dataloader.dataset[domain]
    for step in dataset.get('pipeline', ()):
        if step['type'] == 'LoadRaster' and step.get('bands') is not None:
            return tuple(step['bands'])
    return None
