"""VGG16 as FCN-8s has it."""

import torch.nn.functional as F  # noqa: N812
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.backbones.vgg16 import vgg16_features

PADDING = 100


@MODELS.register_module()
class FCN8sVGG16(BaseModule):
    """VGG16 whose fully connected layers became convolutions.

    Long et al. 2015, Sect. 3.1 and 4.1, with what their released network adds: 100
    pixels of padding, pooling layers that round sizes up, dropout after fc6 and fc7.
    134 million parameters with the scores of :class:`~mmuda.models.heads.FCN8sHead`,
    most of them in fc6. The layers bear the names of torchvision's VGG16, whose
    weights fit, those of its fully connected layers too.

    Args:
        base_channels: Channels of the first block.
        hidden_channels: Of fc6 and fc7.
        dropout: Probability that a channel of fc6 and fc7 is dropped.
        init_cfg: ``dict(type='Pretrained', checkpoint=...)`` with weights of VGG16;
            without it weights are those of He et al. 2015.
    """

    def __init__(
        self,
        base_channels: int = 64,
        hidden_channels: int = 4096,
        dropout: float = 0.5,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(
            init_cfg or dict(type='Kaiming', layer='Conv2d', mode='fan_in')
        )
        self.features = nn.Sequential(*vgg16_features(base_channels, ceil_mode=True))
        self.classifier = nn.Sequential(
            nn.Conv2d(8 * base_channels, hidden_channels, 7),
            nn.ReLU(),
            nn.Dropout2d(dropout),
            nn.Conv2d(hidden_channels, hidden_channels, 1),
            nn.ReLU(),
            nn.Dropout2d(dropout),
        )

    def forward(self, inputs: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The images (N, 3, H, W), whose size the head needs, pool3, pool4 and fc7."""
        # The first convolution pads by one pixel itself.
        pool3 = self.features[:17](F.pad(inputs, [PADDING - 1] * 4))
        pool4 = self.features[17:24](pool3)
        return inputs, pool3, pool4, self.classifier(self.features[24:](pool4))

    def _load_from_state_dict(
        self, state_dict: dict, prefix: str, *args: object
    ) -> None:
        """Take the matrices of fully connected layers for what they became."""
        for name, ours in self.classifier.named_parameters(prefix='classifier'):
            given = state_dict.get(prefix + name)
            if given is not None and given.numel() == ours.numel():
                state_dict[prefix + name] = given.reshape(ours.shape)
        super()._load_from_state_dict(state_dict, prefix, *args)
