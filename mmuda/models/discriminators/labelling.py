"""The discriminator of LSD."""

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.layers.dropout_residual import DropoutResidualBlock
from mmuda.models.layers.spatial_norm import InstanceNorm, patch_moments
from mmuda.models.validity import image_means

NUM_ORIGINS = 4  # source or target, real or generated


def _blocks(channels: int, dropout: float) -> list[nn.Module]:
    return [
        DropoutResidualBlock(channels, nn.LeakyReLU(0.2), bias=True, dropout=dropout)
        for _ in range(3)
    ]


@MODELS.register_module()
class LabellingDiscriminator(BaseModule):
    """Where each patch of an image comes from, and the class of each location.

    Sankaranarayanan et al. 2018 (LSD), Sect. 3.1 and 3.4: a patch discriminator of four
    origins with a second output that labels pixels. The paper leaves the layers to a
    supplement; these are those of the released code, with its 1,361,047 parameters for
    19 classes: a convolution 4x4 of stride 2, three times three residual blocks with
    maxima over 2x2 in between, and a convolution 3x3 for each output.

    Args:
        in_channels: Bands of the images.
        num_classes: Classes of the labels; None for no labelling, which is the single
            branch of Table 4, "w/o auxiliary loss".
        channels: Of all layers.
        patches: Whether each patch is judged, or the image as a whole (Table 4, "w/o
            Patch Discriminator"), by the mean of its features.
        dropout: Probability that a value of the residual blocks is dropped.
        init_cfg: By default a normal distribution of standard deviation 0.02, as there.
    """

    def __init__(
        self,
        in_channels: int = 3,
        num_classes: int | None = None,
        channels: int = 128,
        patches: bool = True,
        dropout: float = 0.5,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg or dict(type='Normal', layer='Conv2d', std=0.02))
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, channels, 4, stride=2, padding=2),
            InstanceNorm(channels, keeps_moments=False),
            nn.LeakyReLU(0.2),
            *_blocks(channels, dropout),
            nn.MaxPool2d(2),
            *_blocks(channels, dropout),
            nn.MaxPool2d(2),
            *_blocks(channels, dropout),
        )
        self.patches = patches
        kernel_size = 3 if patches else 1
        self.origin = nn.Conv2d(
            channels, NUM_ORIGINS, kernel_size, padding=kernel_size // 2
        )
        self.labels = None
        if num_classes is not None:
            self.labels = nn.Conv2d(channels, num_classes, 3, padding=1)

    def forward(
        self, images: Tensor, valid: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Judge images.

        Args:
            images: Shape (N, bands, H, W), in [0, 1].
            valid: Mask of their valid pixels, (N, 1, H, W), None if all are.

        Returns:
            Scores of the origins (N, 4, h, w), of one location where the image is
            judged as a whole, and of the classes (N, C, h, w), None without labelling;
            h and w are an eighth of H and W.
        """
        with patch_moments(valid):
            features = self.features(images)
        seen = features
        if not self.patches:
            seen = image_means(features, valid)[..., None, None]
        labels = None if self.labels is None else self.labels(features)
        return self.origin(seen), labels
