"""The style discriminator of category-adaptive adaptation."""

from itertools import pairwise

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class StyleVectorDiscriminator(BaseModule):
    """A PatchGAN along the channels of a style vector.

    Wang et al. 2021, Sect. 3.2: "four 1-D convolutional layers with kernel size of 4".
    Widths, strides and padding are not given; ours are stride 2, as in the segmentation
    discriminator, and a padding of 2, so that a vector may be of any length. Each layer
    but the last is followed by a leaky ReLU of 0.2.

    Args:
        channels: Of the first layer; each of the next two doubles them.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(self, channels: int = 64, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        layers: list[nn.Module] = []
        for before, after in pairwise([1, channels, 2 * channels, 4 * channels]):
            layers += [nn.Conv1d(before, after, 4, stride=2, padding=2)]
            layers += [nn.LeakyReLU(0.2)]
        layers.append(nn.Conv1d(4 * channels, 1, 4, stride=2, padding=2))
        self.layers = nn.Sequential(*layers)

    def forward(self, styles: Tensor) -> Tensor:
        """Scores (N, D / 16 + 1) of the patches of style vectors (N, D)."""
        return self.layers(styles.unsqueeze(1)).squeeze(1)
