"""Learning the task from the labels of the source."""

from collections.abc import Sequence

from mmseg.registry import MODELS
from torch import nn

from mmuda.models.class_weights import class_weights_of, weights_of_labels
from mmuda.models.domains import Domains
from mmuda.models.objectives.base import PhaseObjective
from mmuda.models.phased import Losses


@MODELS.register_module()
class Supervision(PhaseObjective):
    """The segmentor's own losses on every labelled domain.

    With several sources the losses are averaged over them, unless they have weights.

    Args:
        phase: The phase that it takes part in.
        weights: Factor of each source's losses; by default shares that sum up to 1.
        class_weights: Of the pixels of each class, such as the ratio of its shares in
            target and source; None weighs all pixels alike.
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If ``weights`` lack a source of the mini-batch, or there is not one
            of ``class_weights`` for each class.
    """

    supervises = True

    def __init__(
        self,
        phase: str = 'supervise',
        weights: dict[str, float] | None = None,
        class_weights: Sequence[float] | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        self.weights = weights
        self.class_weights = class_weights
        self.weighs_pixels = class_weights is not None

    def attach(self, segmentor: nn.Module) -> None:
        """See that each class has a weight."""
        super().attach(segmentor)
        self.class_weights = class_weights_of(self.class_weights, self.num_classes)

    def losses(self, domains: Domains) -> Losses:
        """Losses ``<source>.<loss of the segmentor>``."""
        losses = {}
        for name in domains.sources:
            weights = None
            if self.class_weights is not None:
                weights = weights_of_labels(domains[name], self.class_weights)[:, 0]
            for key, value in domains.segmentation_losses(name, weights).items():
                factor = self._weight(name, domains) if 'loss' in key else 1
                losses[f'{name}.{key}'] = factor * value
        return losses

    def _weight(self, source: str, domains: Domains) -> float:
        if self.weights is None:
            return 1 / len(domains.sources)
        if source not in self.weights:
            raise ValueError(
                f'weights of Supervision must name every source, {source!r} is not '
                f'among {sorted(self.weights)}'
            )
        return self.weights[source]
