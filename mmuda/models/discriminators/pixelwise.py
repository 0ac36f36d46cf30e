"""Discriminators that judge every location by itself."""

from collections.abc import Sequence
from itertools import pairwise

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class PixelwiseDiscriminator(BaseModule):
    """A perceptron at each location: 1 x 1 convolutions with ReLU and dropout.

    CyCADA (Hoffman et al. 2018) has 512 and 256 channels on logits and 1024 and 512 on
    features, two domains and dropout of whole channels with probability 0.5.

    Args:
        in_channels: Channels of the feature space.
        channels: Of the hidden layers.
        num_domains: Scores per location: 2 for a classifier of domains, 1 for the
            losses of GANs.
        dropout: Probability that a hidden channel is dropped.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        in_channels: int,
        channels: Sequence[int] = (512, 256),
        num_domains: int = 2,
        dropout: float = 0.5,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        layers: list[nn.Module] = []
        for before, after in pairwise([in_channels, *channels]):
            layers += [nn.Conv2d(before, after, 1), nn.ReLU(), nn.Dropout2d(dropout)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(channels[-1], num_domains, 1))

    def forward(self, features: Tensor) -> Tensor:
        """Scores (N, num_domains, h, w) of features (N, D, h, w)."""
        return self.layers(features)
