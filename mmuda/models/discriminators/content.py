"""The content discriminator of DRIT."""

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class ContentDiscriminator(BaseModule):
    """Tells from the content features of an image which domain it is of.

    Lee et al. 2018, Sect. 3.1, as the published code builds it: three convolutions
    7x7 of stride 2 with a reflected border of one pixel, one convolution 4x4
    without a border, each followed by a leaky ReLU of slope 0.01, and a 1x1
    convolution to one score. At the published crops of 216 pixels that is one score
    an image; larger images have a map of scores. (The published code names instance
    normalisation but, by a slip, never applies it.)

    Args:
        in_channels: Channels of the content features, and of all layers.
        num_layers: Convolutions of stride 2.
        kernel_size: Theirs.
        last_kernel_size: That of the convolution without a border.
        init_cfg: By default a normal distribution of standard deviation 0.02.
    """

    def __init__(
        self,
        in_channels: int = 256,
        num_layers: int = 3,
        kernel_size: int = 7,
        last_kernel_size: int = 4,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg or dict(type='Normal', layer='Conv2d', std=0.02))
        self.smallest = last_kernel_size
        layers: list[nn.Module] = []
        for _ in range(num_layers):
            layers += [
                nn.Conv2d(
                    in_channels,
                    in_channels,
                    kernel_size,
                    stride=2,
                    padding=1,
                    padding_mode='reflect',
                ),
                nn.LeakyReLU(0.01),
            ]
            # What fits ``smallest`` outputs: stride 2, one pixel of border each side.
            self.smallest = 2 * (self.smallest - 1) + kernel_size - 2
        layers += [
            nn.Conv2d(in_channels, in_channels, last_kernel_size),
            nn.LeakyReLU(0.01),
            nn.Conv2d(in_channels, 1, 1),
        ]
        self.layers = nn.Sequential(*layers)

    def forward(self, content: Tensor) -> Tensor:
        """Scores (N, 1, h, w) of content features (N, D, H, W).

        Raises:
            ValueError: If the features are too small.
        """
        if min(content.shape[2:]) < self.smallest:
            raise ValueError(
                f'content features are {content.shape[3]} x {content.shape[2]}, the '
                f'content discriminator needs at least {self.smallest} x '
                f'{self.smallest}: take larger patches'
            )
        return self.layers(content)
