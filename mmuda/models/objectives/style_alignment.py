"""Features of equal style: statistics of their channels (DCAN)."""

from collections.abc import Sequence

import torch
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.phased import Losses
from mmuda.models.validity import valid_share

Statistics = tuple[Tensor, ...]


def channel_statistics(features: Tensor, valid: Tensor | None = None) -> Statistics:
    """Mean and standard deviation of each channel over images and valid locations.

    Args:
        features: Shape (N, D, h, w).
        valid: Mask of the images, (N, 1, H, W); None if all pixels are valid.

    Returns:
        Two tensors of shape (D,).
    """
    weight = valid_share(valid, features)
    if weight is None:
        variance, mean = torch.var_mean(features, dim=(0, 2, 3), correction=0)
    else:
        weight = weight / weight.sum().clamp(min=1e-6)
        mean = (weight * features).sum((0, 2, 3))
        squares = (features - mean[:, None, None]).square()
        variance = (weight * squares).sum((0, 2, 3))
    return mean, (variance + 1e-8).sqrt()  # the root has no gradient at 0


def gram_matrix(features: Tensor, valid: Tensor | None = None) -> Statistics:
    """Mean product of each pair of channels over images and valid locations.

    Gatys et al. 2015, with a mean in place of their sum.

    Args:
        features: Shape (N, D, h, w).
        valid: Mask of the images, (N, 1, H, W); None if all pixels are valid.

    Returns:
        One tensor of shape (D, D).
    """
    weight = valid_share(valid, features)
    if weight is None:
        weight = torch.ones_like(features[:, :1])
    flat = features.movedim(1, 0).flatten(1)
    share = weight.movedim(1, 0).flatten(1) / weight.sum().clamp(min=1e-6)
    return ((flat * share) @ flat.T,)


def style_distance(source: Statistics, target: Statistics) -> Tensor:
    """Mean squared difference of each of the statistics, added up.

    Args:
        source: As :func:`channel_statistics` or :func:`gram_matrix` return them.
        target: Likewise.
    """
    return sum((a - b).square().mean() for a, b in zip(source, target, strict=True))


STYLES = {'moments': channel_statistics, 'gram': gram_matrix}


@MODELS.register_module()
class StyleAlignment(PhaseObjective):
    """Channels of the source with the statistics of the target's.

    Wu et al. 2018 (DCAN) align the statistics of each channel, in an image generator
    and in the segmentation network. This is their style distance in the latter, as a
    loss: the statistics of the source are pulled towards those of the target, which
    carry no gradient. With the Gram matrix or the moments of the first two stages it is
    what category-adaptive adaptation is compared with (Wang et al. 2021, Table 3).

    Args:
        taps: Layers whose outputs are aligned; their distances are added up.
        style: ``'moments'``, mean and standard deviation of each channel, or
            ``'gram'``, the Gram matrix.
        loss_weight: Factor of the loss.
        phase: See :class:`PhaseObjective`.
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If ``style`` is unknown.
    """

    def __init__(
        self,
        taps: Sequence[str],
        style: str = 'moments',
        loss_weight: float = 1.0,
        phase: str = 'segmentor',
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        self.taps = tuple(taps)
        if style not in STYLES:
            raise ValueError(f'style must be one of {sorted(STYLES)}, got {style!r}')
        self.describe = STYLES[style]
        self.loss_weight = loss_weight

    def losses(self, domains: Domains) -> Losses:
        """Each source takes on the target's style; their losses are averaged."""
        target = self._statistics(domains, 'target')
        found = []
        for name in domains.sources:
            source = self._statistics(domains, name)
            distances = [
                style_distance(source[tap], tuple(x.detach() for x in target[tap]))
                for tap in self.taps
            ]
            found.append(sum(distances))
        return {'loss_style': self.loss_weight * torch.stack(found).mean()}

    def _statistics(self, domains: Domains, name: str) -> dict[str, Statistics]:
        outputs = domains.outputs(name, self.taps)
        valid = domains[name].valid
        return {tap: self.describe(f, valid) for tap, f in outputs.items()}
