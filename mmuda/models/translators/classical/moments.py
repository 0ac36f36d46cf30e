"""Mean and covariance of the bands of a domain, for translators that need no more."""

import torch
from torch import Tensor

from mmuda.models.translators.classical.fitted import FittedTranslator


class MomentTranslator(FittedTranslator):
    """A translator by mean and covariance of the bands over all valid pixels.

    They are accumulated in double precision by the pairwise update of Chan et al.
    (1979), which does not lose digits where the mean is large.
    """

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        double = dict(dtype=torch.float64)
        for domain in self.domains:
            self.register_buffer(f'{domain}_pixels', torch.zeros((), **double))
            self.register_buffer(f'{domain}_mean', torch.zeros(self.bands, **double))
            scatter = torch.zeros((self.bands, self.bands), **double)
            self.register_buffer(f'{domain}_scatter', scatter)

    def colours(self, images: Tensor) -> Tensor:
        """The space in which moments are taken, (N, bands, H, W) as the images."""
        return images

    def count(self, images: Tensor, valid: Tensor, domain: str) -> None:
        """Merge the moments of these images into those of the domain."""
        pixels = self.colours(images).movedim(1, -1)[valid].double()
        if not len(pixels):
            return
        total, mean, scatter = self._moments(domain)
        added, own_mean = len(pixels), pixels.mean(0)
        centred, shift = pixels - own_mean, own_mean - mean
        share = added / (total + added)
        scatter += centred.T @ centred + total * share * torch.outer(shift, shift)
        mean += share * shift
        total += added

    def _moments(self, domain: str) -> tuple[Tensor, Tensor, Tensor]:
        names = ('pixels', 'mean', 'scatter')
        return tuple(self.get_buffer(f'{domain}_{name}') for name in names)

    def is_fitted(self, domain: str) -> bool:
        """Whether any pixel was counted."""
        return bool(self.get_buffer(f'{domain}_pixels') > 0)

    def mean(self, domain: str) -> Tensor:
        """Mean of each band, double, shape (bands,)."""
        return self.get_buffer(f'{domain}_mean')

    def covariance(self, domain: str) -> Tensor:
        """Covariance of the bands, double, shape (bands, bands)."""
        total, _, scatter = self._moments(domain)
        return scatter / total


def affine(images: Tensor, matrix: Tensor, offset: Tensor) -> Tensor:
    """``matrix`` times each pixel plus ``offset``, in double precision inside.

    Args:
        images: Shape (N, bands, H, W).
        matrix: Shape (bands, bands).
        offset: Shape (bands,).
    """
    mixed = torch.einsum('ab,nbhw->nahw', matrix.float(), images)
    return mixed + offset.float().view(-1, 1, 1)
