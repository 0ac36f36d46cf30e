"""The classifier of DeepLabV2."""

from collections.abc import Sequence

from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from torch import Tensor, nn


class AtrousClassifier(nn.Module):
    """Parallel dilated 3 x 3 convolutions to class scores, summed.

    Args:
        in_channels: Channels of the features.
        num_classes: Of the scores.
        dilations: One per branch.
    """

    def __init__(
        self, in_channels: int, num_classes: int, dilations: Sequence[int]
    ) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            nn.Conv2d(in_channels, num_classes, 3, padding=d, dilation=d)
            for d in dilations
        )
        for branch in self.branches:
            nn.init.normal_(branch.weight, std=0.01)

    def forward(self, features: Tensor) -> Tensor:
        """Scores (N, C, h, w) of features (N, D, h, w)."""
        first, *others = self.branches
        scores = first(features)
        for branch in others:
            scores = scores + branch(features)
        return scores


@MODELS.register_module()
class DeepLabV2Head(BaseDecodeHead):
    """Atrous spatial pyramid pooling that classifies at once (ASPP-L).

    Chen et al. 2018 (DeepLabV2), Sect. 3.2: the features go through 3 x 3
    convolutions of dilations 6, 12, 18 and 24 in parallel, and their class scores are
    added up; no normalisation and no hidden layer. It is the classifier of
    AdaptSegNet, ADVENT, CLAN and those after them. (The released code of AdaptSegNet
    returns from within the loop over the branches and so adds the first two alone:
    ``dilations=(6, 12)``.)

    Args:
        in_channels: Channels of the features.
        num_classes: Classes to tell apart.
        dilations: One per branch.
        **kwargs: Those of MMSeg's ``BaseDecodeHead``.
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        dilations: Sequence[int] = (6, 12, 18, 24),
        **kwargs: object,
    ) -> None:
        super().__init__(
            in_channels=in_channels,
            channels=in_channels,
            num_classes=num_classes,
            dropout_ratio=0,
            **{'init_cfg': None, **kwargs},
        )
        self.conv_seg = AtrousClassifier(in_channels, num_classes, dilations)

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Scores (N, C, h, w) of the backbone's feature maps."""
        return self.cls_seg(self._transform_inputs(inputs))
