"""The multi-scale patch discriminator that UNIT, MUNIT and DRIT share."""

from itertools import pairwise

import torch.nn.functional as F  # noqa: N812
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class MultiScaleDiscriminator(BaseModule):
    """Patch discriminators on an image and on smaller copies of it.

    Wang et al. 2018 (pix2pixHD), Sect. 3.2, as the published code of MUNIT, UNIT and
    DRIT builds it: in each scale ``num_layers`` convolutions 4x4 of stride 2 with
    reflection padding, without normalisation, the first of ``channels``, each
    further one of twice as many; then a 1x1 convolution to one score. Between the
    scales averages of 3x3 pixels at stride 2.

    Args:
        in_channels: Bands of the images.
        channels: Channels of the first convolution (``dis.dim`` 64).
        num_layers: Convolutions of stride 2 (``dis.n_layer`` 4).
        num_scales: Sizes of the image (``dis.num_scales`` 3).
        negative_slope: Of the leaky ReLUs: 0.2 in UNIT and MUNIT, 0.01 in DRIT.
        init_cfg: By default a normal distribution of standard deviation 0.02, as in
            all three.
    """

    def __init__(
        self,
        in_channels: int,
        channels: int = 64,
        num_layers: int = 4,
        num_scales: int = 3,
        negative_slope: float = 0.2,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg or dict(type='Normal', layer='Conv2d', std=0.02))
        widths = [in_channels, *(channels * 2**i for i in range(num_layers))]
        self.num_layers = num_layers
        self.scales = nn.ModuleList(
            self._discriminator(widths, negative_slope) for _ in range(num_scales)
        )

    @staticmethod
    def _discriminator(widths: list[int], negative_slope: float) -> nn.Sequential:
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            convolution = nn.Conv2d(before, after, 4, 2, 1, padding_mode='reflect')
            layers += [convolution, nn.LeakyReLU(negative_slope)]
        return nn.Sequential(*layers, nn.Conv2d(widths[-1], 1, 1))

    def forward(self, images: Tensor) -> list[Tensor]:
        """Scores (N, 1, h, w) of images (N, bands, H, W), largest scale first.

        Raises:
            ValueError: If the images are too small for the smallest scale.
        """
        smallest = min(images.shape[2:])
        # A reflected border of one pixel needs two pixels before the last layer.
        needed = 2 ** (self.num_layers + len(self.scales) - 1)
        if smallest < needed:
            raise ValueError(
                f'images are {images.shape[3]} x {images.shape[2]} pixels, a '
                f'discriminator of {len(self.scales)} scales of {self.num_layers} '
                f'layers needs at least {needed} x {needed}'
            )
        scores = []
        for i, scale in enumerate(self.scales):
            if i > 0:
                images = F.avg_pool2d(images, 3, 2, 1, count_include_pad=False)
            scores.append(scale(images))
        return scores
