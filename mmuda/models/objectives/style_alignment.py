"""Features of equal style: mean and deviation of each channel (DCAN)."""

from collections.abc import Sequence

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.phased import Losses


def channel_statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel over images and locations.

    Args:
        features: Shape (N, D, h, w).

    Returns:
        Two tensors of shape (D,).
    """
    variance, mean = torch.var_mean(features, dim=(0, 2, 3), correction=0)
    return mean, (variance + 1e-8).sqrt()  # the root has no gradient at 0


def style_distance(one: Tensor, other: Tensor) -> Tensor:
    """Mean squared difference of the means, plus that of the deviations.

    Args:
        one: Features (N, D, h, w).
        other: Features (M, D, h', w').
    """
    pairs = zip(channel_statistics(one), channel_statistics(other), strict=True)
    return sum((a - b).square().mean() for a, b in pairs)


@MODELS.register_module()
class StyleAlignment(PhaseObjective):
    """Channels of the source with the first two moments of the target's.

    Wu et al. 2018 (DCAN) align the statistics of each channel, in an image generator
    and in the segmentation network. This is their style distance in the latter, as a
    loss: the statistics of the source are pulled towards those of the target, which
    carry no gradient.

    Args:
        taps: Layers whose outputs are aligned; their distances are added up.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        taps: Sequence[str],
        loss_weight: float = 1.0,
        phase: str = 'segmentor',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        self.taps = tuple(taps)
        self.loss_weight = loss_weight

    def losses(self, domains: Domains) -> Losses:
        """Each source takes on the target's style; their losses are averaged."""
        target = domains.outputs('target', self.taps)
        found = [
            sum(
                style_distance(features, target[tap].detach())
                for tap, features in domains.outputs(name, self.taps).items()
            )
            for name in domains.sources
        ]
        return {'loss_style': self.loss_weight * torch.stack(found).mean()}
