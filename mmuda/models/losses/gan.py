"""What adversarial training asks of a discriminator's scores."""

from abc import abstractmethod

import torch
import torch.nn.functional as F  # noqa: N812
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.validity import valid_mean


class GANLoss(nn.Module):
    """Base: how far scores are from "real" or from "fake".

    A discriminator calls real images real and generated ones fake; a generator wants
    its images called real. Between domains, "real" is the source. Factors are the
    method's business.
    """

    def forward(
        self,
        scores: Tensor,
        real: bool,
        valid: Tensor | None = None,
        weights: Tensor | None = None,
    ) -> Tensor:
        """Mean over the images' valid locations.

        Args:
            scores: Of locations, before any activation, shape (N, 1, h, w).
            real: What they should say.
            valid: Mask (N, 1, H, W) of the images, None if all pixels are valid.
            weights: Of the pixels, (N, 1, H, W): factors of the distances there, which
                the number of locations is not divided by. None for 1.
        """
        found = self.distance(scores, torch.full_like(scores, float(real)))
        if weights is not None:
            found = found * F.adaptive_avg_pool2d(weights, found.shape[2:])
        return valid_mean(found, valid)

    @abstractmethod
    def distance(self, scores: Tensor, wanted: Tensor) -> Tensor:
        """Of each location."""


@MODELS.register_module()
class LeastSquaresGANLoss(GANLoss):
    """(score - 1)^2 for real, score^2 for fake (Mao et al. 2017, Eq. 9).

    The factors 1/2 of that equation are left to the caller.
    """

    def distance(self, scores: Tensor, wanted: Tensor) -> Tensor:
        """Squared differences."""
        return (scores - wanted) ** 2


@MODELS.register_module()
class VanillaGANLoss(GANLoss):
    """-log sigmoid(score) for real, -log(1 - sigmoid(score)) for fake.

    Goodfellow et al. 2014, Eq. 1, for generators in the form that does not saturate.
    """

    def distance(self, scores: Tensor, wanted: Tensor) -> Tensor:
        """Binary cross-entropies."""
        return F.binary_cross_entropy_with_logits(scores, wanted, reduction='none')


GAN_LOSSES: dict[str, GANLoss] = {
    'vanilla': VanillaGANLoss(),
    'least_squares': LeastSquaresGANLoss(),
}
