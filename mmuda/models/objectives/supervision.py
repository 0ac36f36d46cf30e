"""Learning the task from the labels of the source."""

from mmseg.registry import MODELS

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
        init_cfg: As in :class:`mmengine.model.BaseModule`.

    Raises:
        ValueError: If ``weights`` lack a source of the mini-batch.
    """

    supervises = True

    def __init__(
        self,
        phase: str = 'supervise',
        weights: dict[str, float] | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(phase, init_cfg)
        self.weights = weights

    def losses(self, domains: Domains) -> Losses:
        """Losses ``<source>.<loss of the segmentor>``."""
        losses = {}
        for name in domains.sources:
            for key, value in domains.segmentation_losses(name).items():
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
