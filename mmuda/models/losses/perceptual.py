"""The domain-invariant perceptual loss of UNIT and MUNIT."""

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.backbones.vgg16 import VGG16_WEIGHTS, vgg16_features
from mmuda.models.validity import valid_mean, valid_share


def normalised_distance(first: Tensor, second: Tensor, valid: Tensor | None) -> Tensor:
    """Mean squared distance of features, each channel of an image normalised.

    Args:
        first: Features (N, D, h, w).
        second: Likewise.
        valid: Mask of the images, None where all pixels are valid.

    Returns:
        A scalar; 0 where nothing is valid.
    """
    if valid is None:
        return F.mse_loss(F.instance_norm(first), F.instance_norm(second))
    weight = valid_share(valid, first)
    number = weight.sum((2, 3), keepdim=True).clamp(min=1e-6)

    def normalise(features: Tensor) -> Tensor:
        mean = (features * weight).sum((2, 3), keepdim=True) / number
        variance = ((features - mean) ** 2 * weight).sum((2, 3), keepdim=True) / number
        return (features - mean) / (variance + 1e-5).sqrt()

    return valid_mean((normalise(first) - normalise(second)) ** 2, valid)


@MODELS.register_module()
class PerceptualLoss(BaseModule):
    """Distance of an image and its translation to VGG16, whatever their colours.

    Huang et al. 2018, Sect. 5.1: the features of VGG16's last convolution (after its
    ReLU) pass through instance normalisation without affine parameters, which takes
    away what is of the domain; their mean squared difference is the loss. VGG16
    never learns.

    The published code loads Caffe's weights from an address that may be gone; ours are
    those of torchvision, with its own normalisation of the image.

    Args:
        init_cfg: ``dict(type='Pretrained', checkpoint=...)`` with VGG16's weights
            under torchvision's names, such as :data:`VGG16_WEIGHTS`.

    Raises:
        ValueError: Without pretrained weights.
    """

    def __init__(self, init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        if (init_cfg or {}).get('type') != 'Pretrained':
            raise ValueError(
                f'PerceptualLoss has init_cfg {init_cfg}, expected '
                f"dict(type='Pretrained', checkpoint='{VGG16_WEIGHTS}') or a file: "
                'features of an untrained VGG16 say nothing'
            )
        self.features = nn.Sequential(*vgg16_features()[:-1])
        self.requires_grad_(False)
        # Of the images that torchvision trained it with, red, green, blue in [0, 1].
        for name, values in (
            ('mean', (0.485, 0.456, 0.406)),
            ('std', (0.229, 0.224, 0.225)),
        ):
            numbers = torch.tensor(values).view(3, 1, 1)
            self.register_buffer(name, numbers, persistent=False)

    def init_weights(self) -> None:
        """Load the pretrained weights.

        Raises:
            ValueError: If the file holds no VGG16.
        """
        before, again = self.features[0].weight.clone(), self.is_init
        super().init_weights()
        if not again and torch.equal(before, self.features[0].weight):
            raise ValueError(
                f'{self.init_cfg["checkpoint"]} holds no features.0.weight, expected '
                'the weights of VGG16 under the names of torchvision'
            )

    def forward(
        self, translated: Tensor, original: Tensor, valid: Tensor | None = None
    ) -> Tensor:
        """The loss.

        Args:
            translated: Red, green and blue in [-1, 1], shape (N, 3, H, W).
            original: Likewise; no gradient goes there.
            valid: Mask of valid pixels, None where all are.

        Raises:
            ValueError: If there are not three bands.
        """
        check_bands(translated.shape[1])
        with torch.no_grad():
            wanted = self._features(original)
        return normalised_distance(self._features(translated), wanted, valid)

    def _features(self, images: Tensor) -> Tensor:
        return self.features(((images + 1) / 2 - self.mean) / self.std)


def check_bands(bands: int) -> None:
    """Raise ``ValueError`` for images that VGG16 does not know."""
    if bands != 3:
        raise ValueError(
            f'the perceptual loss got {bands} bands, expected red, green and blue: '
            'VGG16 knows no others; set perceptual=None'
        )
