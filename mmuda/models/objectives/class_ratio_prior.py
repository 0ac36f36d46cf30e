"""No class rarer on the target than the source lets expect (ADVENT)."""

import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.phased import Losses
from mmuda.models.predictions import LOGITS_TAP, image_logits
from mmuda.models.validity import image_means


def ratio_penalty(shares: Tensor, prior: Tensor, relaxation: float) -> Tensor:
    """How far the classes of an image fall short of a part of their prior.

    Vu et al. 2019 (ADVENT), Sect. 3.3: sum over classes of
    ``max(0, relaxation * prior - share)``; mean over images.

    Args:
        shares: Mean probability of each class in each image, (N, C).
        prior: Share of each class on the source, (C,).
        relaxation: mu, in [0, 1].
    """
    return (relaxation * prior - shares).clamp(min=0).sum(1).mean()


@MODELS.register_module()
class ClassRatioPrior(PhaseObjective):
    """The class-ratio prior of ADVENT, Sect. 3.3, beside an entropy loss.

    Low entropy is also had by predicting the frequent classes alone. The shares of the
    classes on the source, over all labelled pixels that training has seen so far (they
    are part of the checkpoint), are a lower bound, relaxed by mu, of those that are
    predicted in a target image.

    Args:
        tap: The classifier.
        relaxation: mu, in [0, 1].
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If ``relaxation`` is outside [0, 1].
    """

    def __init__(
        self,
        tap: str = LOGITS_TAP,
        relaxation: float = 0.5,
        loss_weight: float = 0.001,
        phase: str = 'segmentor',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        if not 0 <= relaxation <= 1:
            raise ValueError(f'relaxation must be in [0, 1], got {relaxation}')
        self.taps = (tap,)
        self.relaxation = relaxation
        self.loss_weight = loss_weight

    def attach(self, segmentor: nn.Module) -> None:
        """Make room for the pixels of each class."""
        super().attach(segmentor)
        self.register_buffer('pixels', torch.zeros(self.num_classes, dtype=torch.int64))

    def losses(self, domains: Domains) -> Losses:
        """Count the labels of the source; hold the target to them."""
        for name in domains.sources:
            for sample in domains[name].data_samples:
                labels = sample.gt_sem_seg.data
                known = labels[labels < self.num_classes].long()
                self.pixels += torch.bincount(known, minlength=self.num_classes)
        prior = self.pixels / self.pixels.sum().clamp(min=1)
        logits = image_logits(domains, 'target', self.taps[0])
        shares = image_means(logits.softmax(1), domains['target'].valid)
        loss = ratio_penalty(shares, prior, self.relaxation)
        return {'loss_class_ratio': self.loss_weight * loss}
