"""The front end of dilated VGG16."""

from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.backbones.fcn8s import FCN8sVGG16


@MODELS.register_module()
class DilatedVGG16(FCN8sVGG16):
    """VGG16 of output stride 8 with its fully connected layers as convolutions.

    Yu and Koltun 2016, Sect. 4: the last two pooling layers are left out; what came
    after each of them is dilated by 2, so the fifth block by 2 and fc6 (7 x 7) by 4.
    Images are padded by zeros within the layers, where the authors mirror the image
    around itself beforehand.

    Args:
        **kwargs: See :class:`FCN8sVGG16`.
    """

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for pooling in (23, 30):
            self.features[pooling] = nn.Identity()  # the others keep their names
        for number in (24, 26, 28):
            self.features[number].dilation = self.features[number].padding = (2, 2)
        self.classifier[0].dilation, self.classifier[0].padding = (4, 4), (12, 12)

    def forward(self, inputs: Tensor) -> tuple[Tensor]:
        """fc7 (N, hidden_channels, H / 8, W / 8, rounded up) of images (N, 3, H, W)."""
        return (self.classifier(self.features(inputs)),)
