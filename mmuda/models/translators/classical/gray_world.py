"""The gray world algorithm, a baseline of the SemI2I paper (Table 1)."""

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.translators.classical.moments import MomentTranslator, affine


@MODELS.register_module()
class GrayWorld(MomentTranslator):
    """The colour cast of a domain is taken away: on average it becomes grey.

    Buchsbaum 1980 (Ref. [6] of SemI2I): on average a scene is grey, so that the
    mean of each band tells the illuminant. Each band is multiplied by the mean over
    all bands over its own mean. The means are those of the whole source domain, not
    of an image, so that tiles of a scene agree. It does not look at the target.
    """

    def stylise(self, images: Tensor, source: str, target: str) -> Tensor:
        """Multiply each band."""
        del target
        mean = self.mean(source)
        gains = mean.mean() / mean.clamp(min=torch.finfo(mean.dtype).tiny)
        return affine(images, torch.diag(gains), torch.zeros_like(gains))
