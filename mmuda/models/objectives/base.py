"""The contract between an adaptation method and the training step."""

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
