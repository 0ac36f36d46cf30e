"""Colour transfer by the full covariance of the bands: whitening and colouring."""

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.translators.classical.moments import MomentTranslator, affine


@MODELS.register_module()
class ColourTransfer(MomentTranslator):
    """The bands get the mean and the whole covariance that they have in the target.

    ZCA: the source is whitened by the inverse square root of its covariance and
    coloured by the square root of the target's, both symmetric, which of all
    whitenings changes the bands least.

    Args:
        floor: Variance, in squared image units, that every direction of colour is
            taken to have at least, so that bands which depend on each other linearly
            (grey images) are not blown up.
        **kwargs: Those of :class:`MomentTranslator`.
    """

    def __init__(self, floor: float = 1e-3, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.floor = floor

    def stylise(self, images: Tensor, source: str, target: str) -> Tensor:
        """Multiply each pixel by colouring times whitening, and shift it."""
        matrix = self._power(target, 0.5) @ self._power(source, -0.5)
        offset = self.mean(target) - matrix @ self.mean(source)
        return affine(images, matrix, offset)

    def _power(self, domain: str, exponent: float) -> Tensor:
        variances, directions = torch.linalg.eigh(self.covariance(domain))
        powers = variances.clamp(min=self.floor) ** exponent
        return directions @ torch.diag(powers) @ directions.T
