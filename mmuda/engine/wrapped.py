"""Models in the wrappers that a run puts around them."""

from mmengine.model import BaseTTAModel, is_model_wrapper
from torch import nn


def innermost(model: nn.Module) -> nn.Module:
    """The model that a config names, out of wrappers for processes or augmentation."""
    while is_model_wrapper(model) or isinstance(model, BaseTTAModel):
        model = model.module
    return model
