"""Predictions that are both sure and diverse (batch nuclear-norm maximisation)."""

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.phased import Losses
from mmuda.models.predictions import LOGITS_TAP, probabilities
from mmuda.models.validity import valid_share


def nuclear_norm(p: Tensor) -> Tensor:
    """Nuclear norm of predictions over their number.

    Cui et al. 2020, Eq. 9, without the sign. It is largest where every prediction is
    certain and all classes are predicted equally often, 1 / sqrt(N / C), and smallest
    where all predictions are uniform, 1 / sqrt(N C).

    Args:
        p: Probabilities, one prediction per row, (N, C) with N at least C.

    Returns:
        The sum of the singular values over N, a scalar.
    """
    return torch.linalg.matrix_norm(p.float(), 'nuc') / len(p)


@MODELS.register_module()
class NuclearNormMaximization(PhaseObjective):
    """A large nuclear norm of the predictions on the target.

    Cui et al. 2020 (BNM): low entropy alone lets classes that are rare in a batch
    vanish; the rank of the batch's predictions holds against it, and the nuclear norm
    bounds both. The paper classifies images; here a prediction is that of a valid
    location, at the classifier's resolution.

    Args:
        tap: The classifier.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        tap: str = LOGITS_TAP,
        loss_weight: float = 1.0,
        phase: str = 'segmentor',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        self.taps = (tap,)
        self.loss_weight = loss_weight

    def losses(self, domains: Domains) -> Losses:
        """The segmentor is to be sure of the target without forgetting classes."""
        (logits,) = domains.outputs('target', self.taps).values()
        p = probabilities(logits).movedim(1, -1).flatten(0, -2)
        share = valid_share(domains['target'].valid, logits)
        if share is not None:
            p = p[share.flatten() > 0]
        loss = -nuclear_norm(p) if len(p) else p.sum()
        return {'loss_nuclear_norm': self.loss_weight * loss}
