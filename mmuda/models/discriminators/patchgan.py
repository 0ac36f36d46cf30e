"""The discriminator of CycleGAN."""

from itertools import pairwise

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.layers.spatial_norm import InstanceNorm


@MODELS.register_module()
class PatchGANDiscriminator(BaseModule):
    """One score for each patch of 70 x 70 pixels.

    C64-C128-C256-C512 of Zhu et al. 2017, Appendix 7.2, as their code builds it:
    convolutions 4x4, the last two of stride 1, the others of stride 2, instance
    normalisation after all but the first, leaky ReLU of slope 0.2; then a 4x4
    convolution to the score. No activation after it.

    Args:
        in_channels: Bands of the images.
        channels: Channels of the first convolution, doubled by each further one up to
            eight times.
        num_layers: Convolutions of stride 2.
        normalise: Whether there is instance normalisation.
        init_cfg: By default a normal distribution of standard deviation 0.02, as
            there.
    """

    def __init__(
        self,
        in_channels: int = 3,
        channels: int = 64,
        num_layers: int = 3,
        normalise: bool = True,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg or dict(type='Normal', layer='Conv2d', std=0.02))
        widths = [channels * min(2**i, 8) for i in range(num_layers + 1)]
        layers = [nn.Conv2d(in_channels, channels, 4, 2, 1), nn.LeakyReLU(0.2)]
        for i, (before, after) in enumerate(pairwise(widths), start=1):
            stride = 2 if i < num_layers else 1
            layers.append(nn.Conv2d(before, after, 4, stride, 1))
            if normalise:
                layers.append(InstanceNorm(after, keeps_moments=False))
            layers.append(nn.LeakyReLU(0.2))
        self.layers = nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 4, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Scores (N, 1, h, w) of images (N, in_channels, H, W)."""
        return self.layers(images)
