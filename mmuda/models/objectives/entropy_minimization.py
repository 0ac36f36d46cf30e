"""Confident predictions on the target (MinEnt of ADVENT)."""

from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.phased import Losses
from mmuda.models.predictions import LOGITS_TAP, image_logits, self_information
from mmuda.models.validity import valid_mean


def mean_entropy(logits: Tensor, valid: Tensor | None = None) -> Tensor:
    """Mean over valid pixels of the entropy over log C, in [0, 1].

    Args:
        logits: Scores before the softmax, (N, C, H, W).
        valid: Mask of the pixels, (N, 1, H, W); None if all are valid.
    """
    return valid_mean(self_information(logits).sum(1, keepdim=True), valid)


@MODELS.register_module()
class EntropyMinimization(PhaseObjective):
    """The entropy of predictions on the target, to be made small.

    Vu et al. 2019 (ADVENT), Eq. 2 and 3. The paper sums over pixels; as in the authors'
    code it is the mean, which their weights belong to.

    Args:
        tap: The classifier.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        tap: str = LOGITS_TAP,
        loss_weight: float = 0.001,
        phase: str = 'segmentor',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        self.taps = (tap,)
        self.loss_weight = loss_weight

    def losses(self, domains: Domains) -> Losses:
        """The segmentor is to be sure about the target."""
        logits = image_logits(domains, 'target', self.taps[0])
        loss = mean_entropy(logits, domains['target'].valid)
        return {'loss_entropy': self.loss_weight * loss}
