"""The ResNet of DeepLabV2."""

from mmseg.models import ResNet
from mmseg.registry import MODELS


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
