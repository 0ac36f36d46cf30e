"""Colour transfer by means and standard deviations (Reinhard et al. 2001)."""

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.translators.classical.moments import MomentTranslator, affine


@MODELS.register_module()
class Reinhard(MomentTranslator):
    """Each band gets the mean and the standard deviation it has in the target.

    Reinhard et al., "Color Transfer between Images", 2001, Eq. 10 and 11, band by
    band in the image's own bands, of which there may be any number.
    """

    def stylise(self, images: Tensor, source: str, target: str) -> Tensor:
        """Shift and scale each band in the space of the moments."""
        ours, theirs = (self.covariance(d).diag().sqrt() for d in (source, target))
        scale = torch.where(ours > 0, theirs / ours, torch.ones_like(ours))
        offset = self.mean(target) - scale * self.mean(source)
        return affine(images, torch.diag(scale), offset)


# From RGB to the responses of the cones, and these, as logarithms, to l, alpha, beta
# (Reinhard et al. 2001, Eq. 4 and 6).
RGB_TO_LMS = (
    (0.3811, 0.5783, 0.0402),
    (0.1967, 0.7244, 0.0782),
    (0.0241, 0.1288, 0.8444),
)
LMS_TO_LAB = (
    (3**-0.5, 3**-0.5, 3**-0.5),
    (6**-0.5, 6**-0.5, -2 * 6**-0.5),
    (2**-0.5, -(2**-0.5), 0.0),
)


@MODELS.register_module()
class ReinhardLab(Reinhard):
    """As in the paper: in the l-alpha-beta space, for red, green and blue.

    Levels below 1 count as 1, for they have no logarithm.

    Raises:
        ValueError: If there are not three bands.
    """

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        if self.bands != 3:
            raise ValueError(
                f'ReinhardLab is defined for red, green and blue, got bands='
                f'{self.bands}: take Reinhard, which works band by band'
            )

    def colours(self, images: Tensor) -> Tensor:
        """The l-alpha-beta values of RGB images."""
        cones = _mix(images.clamp(min=1), torch.tensor(RGB_TO_LMS))
        return _mix(cones.log10(), torch.tensor(LMS_TO_LAB))

    def stylise(self, images: Tensor, source: str, target: str) -> Tensor:
        """There, shift and scale, and back."""
        moved = super().stylise(self.colours(images), source, target)
        cones = 10 ** _mix(moved, torch.tensor(LMS_TO_LAB).T)  # it is orthonormal
        return _mix(cones, torch.linalg.inv(torch.tensor(RGB_TO_LMS)))


def _mix(images: Tensor, matrix: Tensor) -> Tensor:
    matrix = matrix.to(images)
    return affine(images, matrix, matrix.new_zeros(3))
