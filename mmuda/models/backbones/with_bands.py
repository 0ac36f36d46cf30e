"""Backbones for images of more or fewer than three bands."""

from mmseg.registry import MODELS
from torch import nn


@MODELS.register_module()
def WithBands(backbone: dict, in_channels: int) -> nn.Module:  # noqa: N802
    """A backbone that knows three bands alone, made for any number of them.

    The result is the backbone itself, whose first convolution has other input channels:
    the names of its layers and weights stay.

    Args:
        backbone: Its config.
        in_channels: Bands of the images.
    """
    made = MODELS.build(backbone)
    name, first = next(
        (name, layer)
        for name, layer in made.named_modules()
        if isinstance(layer, nn.Conv2d)
    )
    parent, _, attribute = name.rpartition('.')
    wider = nn.Conv2d(
        in_channels,
        first.out_channels,
        first.kernel_size,
        first.stride,
        first.padding,
        first.dilation,
        bias=first.bias is not None,
        padding_mode=first.padding_mode,
    )
    setattr(made.get_submodule(parent), attribute, wider)
    return made
