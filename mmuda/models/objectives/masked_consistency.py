"""Learning the target's context: what is hidden follows from what is around it."""

import numpy as np
import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import DomainBatch, Domains
from mmuda.models.draws import rng_of
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.objectives.mean_teacher import TAUGHT
from mmuda.models.phased import Losses
from mmuda.models.strong_augmentation import StrongAugmentation
from mmuda.models.validity import fill_invalid

MASKED = 'masked'


def block_mask(
    height: int, width: int, block: int, ratio: float, rng: np.random.Generator
) -> Tensor:
    """Where an image is seen, if random blocks of it are hidden (MIC, Eq. 5).

    Args:
        height: Of the image in pixels.
        width: Likewise.
        block: Side of a block in pixels; those at the lower and right edge may be cut.
        ratio: Probability that a block is hidden.
        rng: Draws it.

    Returns:
        Bool, (height, width).
    """
    seen = rng.random((-(-height // block), -(-width // block))) > ratio
    mask = seen.repeat(block, axis=0).repeat(block, axis=1)[:height, :width]
    return torch.from_numpy(mask)


@MODELS.register_module()
class MaskedConsistency(PhaseObjective):
    """The segmentor's own loss on images of the target with hidden blocks.

    Hoyer et al. 2023 (MIC), Sect. 3.2: the student sees a strongly augmented image of
    the target with random blocks set to 0, after normalisation, and is to say
    everywhere what the teacher says of the whole image, each pixel with the teacher's
    weight (Eq. 7). It makes the domain ``'masked'``. Needs a ``MeanTeacher``.

    Args:
        ratio: Share of hidden blocks, in [0, 1].
        block: Side of a block in pixels; at most an eighth of the image's shorter side,
            as 64 is of the paper's crop of 512.
        augmentation: Settings of
            :class:`~mmuda.models.strong_augmentation.StrongAugmentation`.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.

    Raises:
        ValueError: If ``ratio`` is not in [0, 1] or ``block`` is not positive.
    """

    makes = (MASKED,)
    needs = (TAUGHT,)
    weighs_pixels = True
    supervises = True

    def __init__(
        self,
        ratio: float = 0.7,
        block: int = 64,
        augmentation: dict | None = None,
        loss_weight: float = 1.0,
        phase: str = 'segmentor',
    ) -> None:
        super().__init__(phase)
        if not 0 <= ratio <= 1:
            raise ValueError(f'ratio must be in [0, 1], got {ratio}')
        if block < 1:
            raise ValueError(f'block must be positive, got {block}')
        self.ratio, self.block = ratio, block
        self.augment = StrongAugmentation(**(augmentation or {}))
        self.loss_weight = loss_weight

    def losses(self, domains: Domains) -> Losses:
        """Losses of the segmentor on masked images."""
        taught = domains[TAUGHT]
        domains.add(MASKED, self._masked(domains))
        weights = torch.cat([s.pseudo_weight.data for s in taught.data_samples])
        return {
            key: value * self.loss_weight if 'loss' in key else value
            for key, value in domains.segmentation_losses(MASKED, weights).items()
        }

    def _masked(self, domains: Domains) -> DomainBatch:
        """Images of the target, augmented and in part hidden."""
        taught = domains[TAUGHT]
        rngs = [rng_of(sample, MASKED) for sample in taught.data_samples]
        height, width = taught.inputs.shape[2:]
        block = max(1, min(self.block, min(height, width) // 8))
        seen = [block_mask(height, width, block, self.ratio, rng) for rng in rngs]
        images = self.augment(domains.images(TAUGHT), taught.valid, rngs)
        inputs = fill_invalid(domains.normalised(images, TAUGHT), taught.valid)
        inputs = inputs * torch.stack(seen)[:, None].to(inputs)
        return DomainBatch(inputs, taught.data_samples, taught.valid, role=MASKED)
