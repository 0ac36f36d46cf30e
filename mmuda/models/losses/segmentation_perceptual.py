"""The perceptual loss by a segmentation network (BDL)."""

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.losses.guidance import Guidance, Translation
from mmuda.models.losses.perceptual import normalised_distance


@MODELS.register_module()
class SegmentationPerceptualLoss(Guidance):
    """A segmentor M gives an image, its translation and the way back the same scores.

    Li et al. 2019 (BDL): for images I of a domain, I' = F(I) and F^-1(I'),
    lambda_per d(M(I'), M(I)) + lambda_per_recon d(M(F^-1(I')), M(I)), in both
    directions, with lambda_per 0.1 and lambda_per_recon 10. The paper prints the L1
    norm for d; the released code, which is followed here, has the mean squared
    difference of scores after instance normalisation without affine parameters.

    There each image passes as M's only kind of input. Here an image is normalised for
    M as those of the domain that it passes for; without ``domains`` in M's
    preprocessor that is the same.

    Args:
        translated: lambda_per.
        reconstructed: lambda_per_recon.
    """

    def __init__(self, translated: float = 0.1, reconstructed: float = 10.0) -> None:
        super().__init__()
        self.weights = dict(translated=translated, reconstructed=reconstructed)

    def forward(self, translation: Translation) -> dict[str, Tensor]:
        """``perceptual`` of the translation, ``perceptual_cycle`` of the way back."""
        scores = self.segmentor.scores
        with torch.no_grad():
            wanted = scores(translation.original, translation.source)
        there = scores(translation.translated, translation.target)
        back = scores(translation.reconstructed, translation.source)
        valid = translation.valid
        return dict(
            perceptual=self.weights['translated']
            * normalised_distance(there, wanted, valid),
            perceptual_cycle=self.weights['reconstructed']
            * normalised_distance(back, wanted, valid),
        )
