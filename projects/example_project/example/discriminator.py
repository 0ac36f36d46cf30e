"""A discriminator of one's own."""

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class PatchDiscriminator(BaseModule):
    """Two strided convolutions: source or target, for each patch of features.

    Args:
        in_channels: Channels of the features.
        channels: Hidden channels.
    """

    def __init__(self, in_channels: int, channels: int = 64) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(in_channels, channels, kernel_size=3, stride=2, padding=1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(channels, 2, kernel_size=3, stride=2, padding=1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Scores (N, 2, h / 4, w / 4) of features (N, D, h, w)."""
        return self.layers(features)
