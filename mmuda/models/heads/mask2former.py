"""Mask2Former as a classifier of pixels, whose predictions can be adapted."""

from collections.abc import Mapping, Sequence

import torch
from mmengine.config import ConfigDict
from mmseg.models.decode_heads.mask2former_head import Mask2FormerHead
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor, nn

SMALLEST = 1e-12  # score whose logarithm is taken
NO_OBJECT_WEIGHT = 0.1  # Mask2Former, Sect. 4.1


class SemanticInference(nn.Module):
    """Logits of pixels, of the masks and the classes that queries predict.

    Cheng et al. 2021 (MaskFormer), Sect. 3.4: a class has the score
    ``s_c(x) = sum_q p_q(c) sigmoid(m_q(x))`` at pixel x, the sum over all queries of
    their probability of the class, times that of their mask; "no object" is left out.
    Scores are not negative, and do not sum up to 1. Their logarithms are logits: the
    softmax of these is ``s_c / sum_k s_k``, and their exponential is ``s_c`` again.
    """

    def forward(self, classes: Tensor, masks: Tensor) -> Tensor:
        """Logits (N, C, h, w).

        Args:
            classes: Logits of each query's class, "no object" last, (N, Q, C + 1).
            masks: Logits of each query's mask, (N, Q, h, w).
        """
        with torch.autocast(masks.device.type, enabled=False):  # log of small sums
            probability = classes.float().softmax(-1)[..., :-1]
            inside = masks.float().sigmoid()
            scores = torch.einsum('nqc,nqhw->nchw', probability, inside)
            return scores.clamp(min=SMALLEST).log()


@MODELS.register_module()
class SemanticMask2FormerHead(Mask2FormerHead):
    """MMSeg's Mask2Former head, which gives the logits of pixels as other heads do.

    Cheng et al. 2022 (Mask2Former). It learns as MMSeg's: masks of the classes in an
    image are matched with queries. Weights have the same names, and the class of a
    pixel is the same. ``conv_seg``, which in other heads is the last convolution,
    makes logits of what the last layer of the decoder says; it has no weights.

    It needs MMDetection, which needs the compiled operators of mmcv.

    Args:
        num_classes: Classes to tell apart.
        loss_cls: Config of the loss of the queries' classes, without class weights.
        no_object_weight: Weight of "no object" in that loss; that of classes is 1.
        **kwargs: Those of MMSeg's head.
    """

    def __init__(
        self,
        num_classes: int,
        loss_cls: Mapping,
        no_object_weight: float = NO_OBJECT_WEIGHT,
        **kwargs: object,
    ) -> None:
        weights = class_weights(num_classes, no_object_weight)
        loss_cls = {**loss_cls, 'class_weight': weights}
        settings = ConfigDict(num_classes=num_classes, loss_cls=loss_cls, **kwargs)
        super().__init__(**settings)
        self.conv_seg = SemanticInference()

    def _queries(self, features: Sequence[Tensor]) -> tuple[list, list]:
        """Logits of classes and of masks, of every layer of the decoder."""
        unlabelled = [SegDataSample()] * len(features[0])  # labels are not looked at
        return super().forward(features, unlabelled)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Logits (N, C, h, w) at the size of the masks, a quarter of the image's."""
        classes, masks = self._queries(features)
        return self.conv_seg(classes[-1], masks[-1])

    def loss(
        self,
        features: Sequence[Tensor],
        batch_data_samples: list[SegDataSample],
        train_cfg: dict,
    ) -> dict[str, Tensor]:
        """Losses of classes and masks, of every layer of the decoder."""
        del train_cfg  # the head has its own
        truth, metas = self._seg_data_to_instance_data(batch_data_samples)
        classes, masks = self._queries(features)
        self.conv_seg(classes[-1], masks[-1])  # for those who read the logits
        return self.loss_by_feat(classes, masks, truth, metas)

    def predict(
        self, features: Sequence[Tensor], batch_img_metas: list[dict], test_cfg: dict
    ) -> Tensor:
        """Logits (N, C, H, W) at the size of the images, of masks that are resized."""
        del test_cfg
        classes, masks = self._queries(features)
        size = _size(batch_img_metas[0])
        masks = resize(masks[-1], size, mode='bilinear', align_corners=False)
        return self.conv_seg(classes[-1], masks)


def class_weights(num_classes: int, no_object_weight: float) -> list[float]:
    """Weights of the classes of queries in their loss, "no object" last."""
    return [1.0] * num_classes + [no_object_weight]


def _size(meta: dict) -> tuple[int, ...]:
    """Of what the network was given: a window, as MMSeg slides, or the padded image."""
    window = isinstance(meta['img_shape'], torch.Size)
    shape = meta['img_shape'] if window else meta.get('pad_shape', meta['img_shape'])
    return tuple(shape[:2])
