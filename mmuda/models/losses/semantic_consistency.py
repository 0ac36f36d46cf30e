"""The semantic-consistency loss of CyCADA."""

import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.losses.guidance import Guidance, Translation
from mmuda.models.validity import valid_mean


@MODELS.register_module()
class SemanticConsistencyLoss(Guidance):
    """An image is of the same classes after translation as before.

    Hoffman et al. 2018, L_sem: with a fixed model f_S of the source and
    p(f, X) = arg max f(X), the task loss of f_S(G(X)) against p(f_S, X), for images X
    of the source and of the target. The task loss is the mean cross-entropy over the
    locations of f_S's scores, before these are resized to the image.

    The paper leaves it out in its experiments on streets, for want of memory, and gives
    no weight; 1 is that of a later re-implementation (Transfer-Learning-Library).

    Args:
        loss_weight: Its weight.
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, translation: Translation) -> dict[str, Tensor]:
        """``semantic``, of one direction."""
        scores = self.segmentor.scores
        with torch.no_grad():
            classes = scores(translation.original, translation.source).argmax(1)
        there = scores(translation.translated, translation.target)
        loss = F.cross_entropy(there, classes, reduction='none')
        mean = valid_mean(loss[:, None], translation.valid)
        return dict(semantic=self.loss_weight * mean)
