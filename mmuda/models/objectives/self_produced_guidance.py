"""A second classifier that learns from what both classifiers say of the target."""

import torch.nn.functional as F  # noqa: N812
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.data_preprocessor import IGNORED
from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.phased import Losses
from mmuda.models.predictions import LOGITS_TAP, image_logits, probabilities


def guidance(p: Tensor, q: Tensor, threshold: float) -> Tensor:
    """Labels that two predictions make together.

    Args:
        p: Probabilities of one classifier, (N, C, H, W).
        q: Those of the other.
        threshold: In [0, 1].

    Returns:
        The most probable class of their mean, (N, H, W), 255 where neither classifier
        gives a class more than ``threshold``.
    """
    sure = (p.amax(1) > threshold) | (q.amax(1) > threshold)
    return (p + q).argmax(1).where(sure, IGNORED)


@MODELS.register_module()
class SelfProducedGuidance(PhaseObjective):
    """Low-level features of the target that classify as the whole network does.

    The multi-level part of maximum squares (Chen et al. 2019): a second classifier, on
    a lower layer, learns by cross-entropy what both classifiers say of the target, see
    :func:`guidance`. The labels carry no gradient. Threshold and reduction (the mean
    over labelled pixels; 0 without any) are those of the authors' code.

    Args:
        tap: The classifier.
        low_tap: The second one, on features of a lower layer.
        threshold: What one of both must be surer than.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If ``threshold`` is not in [0, 1].
    """

    def __init__(
        self,
        tap: str = LOGITS_TAP,
        low_tap: str = 'auxiliary_head.conv_seg',
        threshold: float = 0.95,
        loss_weight: float = 0.01,
        phase: str = 'segmentor',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        if not 0 <= threshold <= 1:
            raise ValueError(f'threshold must be in [0, 1], got {threshold}')
        self.taps = (tap, low_tap)
        self.threshold = threshold
        self.loss_weight = loss_weight

    def losses(self, domains: Domains) -> Losses:
        """The second classifier learns what both say."""
        logits, low = (image_logits(domains, 'target', tap) for tap in self.taps)
        labels = guidance(
            probabilities(logits.detach()), probabilities(low.detach()), self.threshold
        )
        valid = domains['target'].valid
        if valid is not None:
            labels = labels.where(valid[:, 0], IGNORED)
        total = F.cross_entropy(low, labels, ignore_index=IGNORED, reduction='sum')
        loss = total / (labels != IGNORED).sum().clamp(min=1)
        return {'loss_guidance': self.loss_weight * loss}
