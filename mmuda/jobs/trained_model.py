"""A model that is trained already."""

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn

from mmuda.engine.checkpoint import load_strictly, read_weights
from mmuda.models.adaptor import set_alpha


def load_model(
    cfg: Config,
    checkpoint: str | Path,
    alpha: float | None = None,
    device: str | None = None,
) -> nn.Module:
    """The model of a config with the weights of a checkpoint, ready to predict.

    Args:
        cfg: Of the model.
        checkpoint: File of its weights.
        alpha: Batch statistics that it predicts with; None for those it declares.
        device: Where it predicts; by default on the GPU if there is one.

    Raises:
        ValueError: If they do not fit, or the checkpoint has no statistics of the
            target though ``alpha`` asks for them.
    """
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    model = MODELS.build(cfg.model)
    weights = read_weights(checkpoint)
    if alpha is not None:
        set_alpha(model, weights, alpha)
    load_strictly(model, weights, checkpoint)
    device = device or ('cuda' if torch.cuda.is_available() else 'cpu')
    return model.to(device).eval()
