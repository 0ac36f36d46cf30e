"""Learning from images of the target into which classes of the source are pasted."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

from mmuda.models.data_preprocessor import IGNORED
from mmuda.models.domains import DomainBatch, Domains
from mmuda.models.draws import rng_of
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.objectives.mean_teacher import TAUGHT
from mmuda.models.phased import Losses
from mmuda.models.strong_augmentation import StrongAugmentation
from mmuda.models.validity import fill_invalid

MIXED = 'mixed'


def class_masks(
    labels: Tensor, share: float, rngs: Sequence[np.random.Generator]
) -> Tensor:
    """Where each image shows one of a random part of its classes.

    Ignored pixels are of no class: they are never chosen.

    Args:
        labels: Ids of the classes, (N, H, W), 255 where ignored.
        share: Of the classes of an image, rounded up.
        rngs: Draw them, one for each image.

    Returns:
        Bool, (N, H, W).
    """
    ids = labels.long().flatten(1)
    there = torch.zeros(len(ids), IGNORED + 1, dtype=torch.bool, device=ids.device)
    there = there.scatter_(1, ids, value=True)[:, :IGNORED].cpu().numpy()
    chosen = np.zeros((len(ids), IGNORED + 1), dtype=bool)
    for row, known, rng in zip(chosen, there, rngs, strict=True):
        classes = rng.permutation(np.flatnonzero(known))
        row[classes[: math.ceil(share * len(classes))]] = True
    return torch.from_numpy(chosen).to(ids.device).gather(1, ids).view_as(labels)


@MODELS.register_module()
class ClassMix(PhaseObjective):
    """The segmentor's own loss on mixed images of source and target.

    Olsson et al. 2021 (ClassMix) between domains, as in DACS (Tranheden et al. 2021,
    Sect. 3.2). Every image of the target meets one of the source: half of the classes
    there are, drawn anew for each image, are pasted with their labels into the image of
    the target, where the teacher says the rest. The mixture is strongly augmented, and
    makes the domain ``'mixed'``. Pasted pixels weigh 1, others what the teacher gives
    them. Needs a ``MeanTeacher``.

    Pixels without a label, invalid ones among them, are never pasted, and invalid
    pixels of the target are only to be seen where something is pasted over them.

    Args:
        share: Of the source's classes that are pasted, in [0, 1]. With 0 the student
            learns from the target's augmented images alone.
        augmentation: Settings of
            :class:`~mmuda.models.strong_augmentation.StrongAugmentation`.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.

    Raises:
        ValueError: If ``share`` is not in [0, 1]; in training, if images of source and
            target differ in size.
    """

    makes = (MIXED,)
    needs = (TAUGHT,)
    weighs_pixels = True
    supervises = True

    def __init__(
        self,
        share: float = 0.5,
        augmentation: dict | None = None,
        loss_weight: float = 1.0,
        phase: str = 'segmentor',
    ) -> None:
        super().__init__(phase)
        if not 0 <= share <= 1:
            raise ValueError(f'share must be in [0, 1], got {share}')
        self.share = share
        self.augment = StrongAugmentation(**(augmentation or {}))
        self.loss_weight = loss_weight

    def losses(self, domains: Domains) -> Losses:
        """Losses of the segmentor on the mixture."""
        rngs = [rng_of(sample, MIXED) for sample in domains[TAUGHT].data_samples]
        mixed, weights = self._mixed(domains, rngs)
        domains.add(MIXED, mixed)
        mixed.inputs = self._augmented(domains, rngs)
        return {
            key: value * self.loss_weight if 'loss' in key else value
            for key, value in domains.segmentation_losses(MIXED, weights).items()
        }

    def _augmented(self, domains: Domains, rngs: list[np.random.Generator]) -> Tensor:
        """The mixture, augmented, as the segmentor sees it."""
        valid = domains[MIXED].valid
        images = self.augment(domains.images(MIXED), valid, rngs)
        return fill_invalid(domains.normalised(images, MIXED), valid)

    def _mixed(
        self, domains: Domains, rngs: list[np.random.Generator]
    ) -> tuple[DomainBatch, Tensor]:
        """Images of the target with pasted classes, and weights of their pixels."""
        taught = domains[TAUGHT]
        images, labels = _partners(domains, len(taught))
        if images.shape != taught.inputs.shape:
            raise ValueError(
                f'classes of images {tuple(images.shape[1:])} can not be pasted into '
                f'images {tuple(taught.inputs.shape[1:])} (bands, height, width): crop '
                'source and target to the same size'
            )
        pasted = class_masks(labels, self.share, rngs)[:, None]  # (N, 1, H, W)
        theirs = torch.stack([s.gt_sem_seg.data for s in taught.data_samples])
        weights = torch.stack([s.pseudo_weight.data for s in taught.data_samples])
        samples = [
            SegDataSample(metainfo=sample.metainfo, gt_sem_seg=PixelData(data=truth))
            for sample, truth in zip(
                taught.data_samples,
                torch.where(pasted, labels[:, None], theirs),
                strict=True,
            )
        ]
        valid = None if taught.valid is None else taught.valid | pasted
        inputs = torch.where(pasted, images, taught.inputs)
        mixture = DomainBatch(inputs, samples, valid, role=MIXED)
        return mixture, weights.masked_fill(pasted, 1.0)[:, 0]


def _partners(domains: Domains, number: int) -> tuple[Tensor, Tensor]:
    """Images of the sources in turn, and their labels (N, H, W), so many."""
    each = [
        zip(domains[name].inputs, domains[name].data_samples, strict=True)
        for name in domains.sources
    ]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*each))
    there = [pair for pair in turns if pair is not None]
    chosen = list(itertools.islice(itertools.cycle(there), number))
    images = torch.stack([image for image, _ in chosen])
    labels = torch.cat([sample.gt_sem_seg.data for _, sample in chosen])
    return images, labels
