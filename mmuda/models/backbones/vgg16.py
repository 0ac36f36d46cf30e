"""The convolutions of VGG16 and VGG19, which several networks are made from."""

from collections.abc import Sequence

from torch import nn

VGG16_WEIGHTS = 'https://download.pytorch.org/models/vgg16-397923af.pth'


def vgg16_features(base_channels: int = 64, ceil_mode: bool = False) -> list[nn.Module]:
    """The layers of VGG16 up to its last pooling (Simonyan and Zisserman 2015).

    Configuration D of Table 1: five blocks of 3 x 3 convolutions with ReLU, each with
    a maximum over 2 x 2 after it. In a ``Sequential`` named ``features`` they have
    torchvision's names, so that its weights fit.

    Args:
        base_channels: Of the first block; 64 in VGG16.
        ceil_mode: Whether the pooling layers round sizes up, as Caffe does.
    """
    return _blocks((2, 2, 3, 3, 3), base_channels, ceil_mode)


def vgg19_features(base_channels: int = 64) -> list[nn.Module]:
    """Likewise of VGG19, configuration E: more convolutions in the last three blocks.

    Args:
        base_channels: Of the first block; 64 in VGG19.
    """
    return _blocks((2, 2, 4, 4, 4), base_channels, False)


def _blocks(
    numbers: Sequence[int], base_channels: int, ceil_mode: bool
) -> list[nn.Module]:
    """So many convolutions in each block."""
    layers: list[nn.Module] = []
    before = 3
    for number, factor in zip(numbers, (1, 2, 4, 8, 8), strict=True):
        for _ in range(number):
            channels = factor * base_channels
            layers += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU()]
            before = channels
        layers.append(nn.MaxPool2d(2, ceil_mode=ceil_mode))
    return layers
