"""Confident predictions whose gradient grows linearly (maximum squares)."""

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.phased import Losses
from mmuda.models.predictions import LOGITS_TAP, image_logits, probabilities
from mmuda.models.validity import valid_mean


def maximum_squares(p: Tensor, valid: Tensor | None = None) -> Tensor:
    """Half the negative mean, over valid pixels and classes, of squared probabilities.

    Args:
        p: Probabilities (N, C, H, W).
        valid: Mask of the pixels, (N, 1, H, W); None if all are valid.
    """
    return -valid_mean(p.square(), valid) / 2


def image_weighted_squares(
    p: Tensor, ratio: float, valid: Tensor | None = None
) -> Tensor:
    """Squared probabilities, pixels of rare predicted classes weighted up.

    A pixel of an image of M valid pixels, m of which are predicted as its class, weighs
    ``1 / (m^ratio M^(1 - ratio))``.

    Args:
        p: Probabilities (N, C, H, W).
        ratio: 0 weighs all pixels alike, 1 all classes of an image.
        valid: Mask of the pixels, (N, 1, H, W); None if all are valid.

    Returns:
        The negative weighted sum, mean over images and classes.
    """
    num_images, num_classes = p.shape[:2]
    p = p.float() if p.dtype.itemsize < 4 else p  # half precision can not count
    predicted = p.argmax(1).flatten(1)  # (N, pixels)
    known = torch.ones_like(predicted, dtype=p.dtype)
    if valid is not None:
        known = valid.flatten(1).to(p.dtype)
    counts = p.new_zeros(num_images, num_classes).scatter_add_(1, predicted, known)
    sizes = known.sum(1, keepdim=True).clamp(min=1)
    of_class = counts.gather(1, predicted).clamp(min=1)
    rarity = known * of_class.pow(-ratio) * sizes.pow(ratio - 1)
    squares = p.square().sum(1).flatten(1)
    return -(rarity * squares).sum() / (num_images * num_classes)


@MODELS.register_module()
class MaximumSquares(PhaseObjective):
    """Predictions on the target far from the uniform distribution.

    Chen et al. 2019, Eq. 4 and 8. Unlike that of the entropy, the gradient is linear
    in the probability, so that easy pixels do not rule.

    Reductions are those of the authors' code, which their weights belong to: it
    divides by the number of classes, too, and does not halve the weighted form. A
    pixel's weight is that of the class predicted at it, where the printed formula has
    a weight for each class, infinite for classes that an image lacks.

    Args:
        tap: The classifier.
        ratio: Of the image-wise weighting (the paper's alpha); None for none.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        tap: str = LOGITS_TAP,
        ratio: float | None = None,
        loss_weight: float = 0.1,
        phase: str = 'segmentor',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        self.taps = (tap,)
        self.ratio = ratio
        self.loss_weight = loss_weight

    def losses(self, domains: Domains) -> Losses:
        """The segmentor is to be sure about the target."""
        p = probabilities(image_logits(domains, 'target', self.taps[0]))
        valid = domains['target'].valid
        loss = (
            maximum_squares(p, valid)
            if self.ratio is None
            else image_weighted_squares(p, self.ratio, valid)
        )
        return {'loss_maximum_squares': self.loss_weight * loss}
