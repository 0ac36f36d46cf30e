"""The contract between an adaptation method and the training step."""

from abc import abstractmethod
from collections.abc import Sequence

from mmengine.model import BaseModule

from mmuda.models.domains import Domains
from mmuda.models.phased import Losses


class Objective(BaseModule):
    """One thing an adaptation method wants of the networks.

    A subclass writes the paper's steps as methods ``loss_<phase>(domains)``, in the
    paper's order, each returning a dict of scalar losses. It takes part in the
    phases that it has a method for.

    Attributes:
        taps: Submodules of the segmentor whose outputs the objective reads.
    """

    taps: Sequence[str] = ()

    def loss(self, phase: str, domains: Domains) -> Losses:
        """Losses of this objective in ``phase``; empty where it has none."""
        loss_of_phase = getattr(self, f'loss_{phase}', None)
        return {} if loss_of_phase is None else loss_of_phase(domains)


class PhaseObjective(Objective):
    """An objective whose losses belong to one phase, which the config names.

    Args:
        phase: The phase that it takes part in.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(self, phase: str = 'segmentor', init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.phase = phase

    def loss(self, phase: str, domains: Domains) -> Losses:
        """Losses of this objective in its phase; empty in the others."""
        return self.losses(domains) if phase == self.phase else {}

    @abstractmethod
    def losses(self, domains: Domains) -> Losses:
        """The losses, scalars by name."""
