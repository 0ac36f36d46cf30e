"""The contract between an adaptation method and the training step."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import Domains
from mmuda.models.phased import Losses
from mmuda.models.pixel_weights import weighing_heads
from mmuda.models.taps import channels_of, check_taps

PREFIX = 'loss_'


class Objective(BaseModule):
    """One thing an adaptation method wants of the networks.

    A subclass writes the paper's steps as methods ``loss_<phase>(domains)``, in the
    paper's order, each returning a dict of scalar losses. It takes part in the
    phases that it has a method for; the model must have them all.

    Attributes:
        taps: Submodules of the segmentor whose outputs the objective reads.
        supervises: Whether it asks for the segmentor's own losses. Such objectives come
            first in a phase, so that the others share their forward passes.
        makes: Domains that it adds to the mini-batch, such as a mixed one.
        needs: Domains that another objective makes, which therefore comes before it.
        weighs_pixels: Whether it asks for those losses with pixels weighed.
        segmentor: The segmentor, once attached; not a submodule of the objective.
    """

    taps: Sequence[str] = ()
    makes: Sequence[str] = ()
    needs: Sequence[str] = ()
    supervises = False
    weighs_pixels = False
    segmentor: nn.Module

    def attach(self, segmentor: nn.Module) -> None:
        """Meet the segmentor, once, after both were built.

        Whatever depends on it is made here: a teacher, a discriminator of as many
        channels as a tap has, a table with a column per class.

        Args:
            segmentor: The MMSeg segmentor in training.

        Raises:
            ValueError: If it lacks a tap, or has a loss that can not do what is asked.
        """
        check_taps(segmentor, self.taps)
        if self.weighs_pixels:
            weighing_heads(segmentor)
        self.__dict__['segmentor'] = segmentor  # not registered: it has an owner

    @cached_property
    def phases(self) -> tuple[str, ...]:
        """Names of the phases that it has losses in."""
        names = (name for name in dir(type(self)) if name.startswith(PREFIX))
        return tuple(
            name.removeprefix(PREFIX)
            for name in names
            if callable(getattr(type(self), name))
        )

    def loss(self, phase: str, domains: Domains) -> Losses:
        """Losses of this objective in ``phase``; empty where it has none."""
        return getattr(self, PREFIX + phase)(domains) if phase in self.phases else {}

    def after_step(self, phase: str) -> None:
        """React to new weights: the optimizer of ``phase`` has really stepped.

        In the middle of an accumulation window it has not, and this is not called.
        """

    def panels(self, domains: Domains) -> dict[str, Tensor]:
        """Pictures of a mini-batch, to be looked at in training; none by default.

        Returns:
            Images in the units of files, (N, bands, H, W), as ``<domain>`` and
            ``<domain>.<what was made of it>``.
        """
        del domains
        return {}

    @property
    def num_classes(self) -> int:
        """Classes that the segmentor tells apart."""
        return self.segmentor.decode_head.num_classes

    def channels(self, tap: str) -> int:
        """Channels of what a tap gives."""
        return channels_of(self.segmentor, [tap])[tap]

    def build_discriminator(self, cfg: Mapping, tap: str) -> nn.Module:
        """A discriminator of what a tap gives.

        Args:
            cfg: Its config; ``in_channels`` may be left out.
            tap: What it is to tell apart.

        Raises:
            ValueError: If ``in_channels`` is given and wrong.
        """
        channels = self.channels(tap)
        if cfg.get('in_channels', channels) != channels:
            raise ValueError(
                f'in_channels of {cfg["type"]} is {cfg["in_channels"]}, expected '
                f'{channels}, the channels of {tap!r}: leave it out'
            )
        return MODELS.build({**cfg, 'in_channels': channels})


class PhaseObjective(Objective):
    """An objective whose losses belong to one phase, which the config names.

    Args:
        phase: The phase that it takes part in.
        init_cfg: As in :class:`mmengine.model.BaseModule`.
    """

    def __init__(self, phase: str = 'segmentor', init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.phase = phase

    @property
    def phases(self) -> tuple[str, ...]:
        """The one that the config names."""
        return (self.phase,)

    def loss(self, phase: str, domains: Domains) -> Losses:
        """Losses of this objective in its phase; empty in the others."""
        return self.losses(domains) if phase == self.phase else {}

    @abstractmethod
    def losses(self, domains: Domains) -> Losses:
        """The losses, scalars by name."""
