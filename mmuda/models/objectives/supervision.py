"""Learning the task from the labels of the source."""

from mmseg.registry import MODELS

from mmuda.models.domains import Domains
from mmuda.models.objectives.base import Objective
from mmuda.models.phased import Losses


@MODELS.register_module()
class Supervision(Objective):
    """The segmentor's own losses on every labelled domain.

    With several sources the losses are averaged over them.

    Args:
        phase: The phase that it takes part in.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(self, phase: str = 'supervise', init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.phase = phase

    def loss(self, phase: str, domains: Domains) -> Losses:
        """Losses ``<source>.<loss of the segmentor>``."""
        if phase != self.phase:
            return {}
        losses = {}
        for name in domains.sources:
            domain = domains[name]
            found = domains.segmentor.loss(domain.inputs, domain.data_samples)
            for key, value in found.items():
                share = len(domains.sources) if 'loss' in key else 1
                losses[f'{name}.{key}'] = value / share
        return losses
