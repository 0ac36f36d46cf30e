"""The backbones of DeepLabV2."""

from mmengine.model import BaseModule
from mmseg.models import ResNet
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.backbones.vgg16 import vgg16_features


@MODELS.register_module()
class DeepLabV2ResNet(ResNet):
    """MMSeg's ResNet as the Caffe model of DeepLabV2 (Chen et al. 2018) has it.

    The pooling layer rounds sizes up, so that 512 x 1024 pixels become 65 x 129 at
    stride 8; the defaults are its strides, dilations and style (stride in the first
    1 x 1 convolution of a block).

    Args:
        depth: Layers.
        strides: Of the four stages.
        dilations: Likewise.
        style: As in MMSeg's ``ResNet``.
        **kwargs: Those of MMSeg's ``ResNet``.
    """

    def __init__(
        self,
        depth: int = 101,
        strides: tuple[int, ...] = (1, 2, 1, 1),
        dilations: tuple[int, ...] = (1, 1, 2, 4),
        style: str = 'caffe',
        **kwargs: object,
    ) -> None:
        super().__init__(
            depth=depth, strides=strides, dilations=dilations, style=style, **kwargs
        )
        self.maxpool.ceil_mode = True


@MODELS.register_module()
class DeepLabV2VGG16(BaseModule):
    """VGG16 of output stride 8, as AdaptSegNet, CLAN and BDL have it.

    Chen et al. 2018 (DeepLabV2) with the layers of AdaptSegNet's released code: the
    last two pooling layers are left out, the fifth block is dilated by 2, and fc6 and
    fc7 are 3 x 3 convolutions of 1024 channels, dilated by 4. The layers of VGG16
    bear the names of torchvision, whose weights fit.

    Args:
        base_channels: Channels of the first block.
        hidden_channels: Of fc6 and fc7.
        init_cfg: ``dict(type='Pretrained', checkpoint=...)`` with weights of VGG16;
            without it weights are those of He et al. 2015.
    """

    def __init__(
        self,
        base_channels: int = 64,
        hidden_channels: int = 1024,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(
            init_cfg or dict(type='Kaiming', layer='Conv2d', mode='fan_in')
        )
        layers = vgg16_features(base_channels)
        for pooling in (23, 30):
            layers[pooling] = nn.Identity()  # the others keep their names
        for convolution in (24, 26, 28):
            layers[convolution].dilation = layers[convolution].padding = (2, 2)
        self.features = nn.Sequential(*layers)
        dilated = dict(kernel_size=3, padding=4, dilation=4)
        self.fc6 = nn.Conv2d(8 * base_channels, hidden_channels, **dilated)
        self.fc7 = nn.Conv2d(hidden_channels, hidden_channels, **dilated)

    def forward(self, inputs: Tensor) -> tuple[Tensor]:
        """Features (N, hidden_channels, H // 8, W // 8) of images (N, 3, H, W)."""
        return (self.fc7(self.fc6(self.features(inputs)).relu()).relu(),)
