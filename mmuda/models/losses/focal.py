"""Cross-entropy that hard pixels dominate."""

import torch.nn.functional as F  # noqa: N812
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class SoftmaxFocalLoss(nn.Module):
    """Focal loss (Lin et al. 2017, Eq. 4) of softmax probabilities.

    ``-(1 - p)^gamma log p`` for the probability p of the true class, mean over the
    pixels that are not ignored. (MMSeg's ``FocalLoss`` is that of sigmoids.)

    Args:
        gamma: Focusing parameter; 0 is cross-entropy.
        loss_weight: Factor of the loss.
        loss_name: Name in the log.
    """

    def __init__(
        self,
        gamma: float = 2.0,
        loss_weight: float = 1.0,
        loss_name: str = 'loss_focal',
    ) -> None:
        super().__init__()
        self.gamma = gamma
        self.loss_weight = loss_weight
        self.loss_name = loss_name

    def forward(
        self,
        logits: Tensor,
        labels: Tensor,
        weight: Tensor | None = None,
        ignore_index: int = 255,
    ) -> Tensor:
        """The loss of logits (N, C, H, W) for labels (N, H, W).

        Args:
            logits: Scores before the softmax.
            labels: Class ids.
            weight: Of each pixel, shape (N, H, W); 1 by default.
            ignore_index: Label of pixels that do not count.
        """
        surprise = F.cross_entropy(
            logits, labels, ignore_index=ignore_index, reduction='none'
        )
        loss = (1 - surprise.neg().exp()) ** self.gamma * surprise
        if weight is not None:
            loss = loss * weight
        counted = (labels != ignore_index).sum().clamp(min=1)
        return self.loss_weight * loss.sum() / counted
