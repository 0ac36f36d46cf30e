"""What a frozen segmentor can ask of a translator."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from mmengine.model import BaseModule
from torch import Tensor

from mmuda.models.frozen_segmentor import FrozenSegmentor


@dataclass
class Translation:
    """A mini-batch on its way to the other domain and back.

    Args:
        original: Images of the domain ``source``, in the units of its files, (N,
            bands, H, W).
        translated: The same as images of the domain ``target``.
        reconstructed: Those as images of ``source`` again.
        source: Name of the domain.
        target: Name of the other.
        valid: Mask of valid pixels, bool, (N, 1, H, W); None if all are.
    """

    original: Tensor
    translated: Tensor
    reconstructed: Tensor
    source: str
    target: str
    valid: Tensor | None


class Guidance(BaseModule, ABC):
    """Losses of a translator by what a segmentor makes of its images.

    The segmentor is given by ``frozen_segmentor`` of a config, the path of another;
    :class:`~mmuda.jobs.frozen_segmentor.FrozenSegmentorHook` loads it before training.
    """

    def __init__(self) -> None:
        super().__init__()
        self._segmentor: FrozenSegmentor | None = None

    def use(self, segmentor: FrozenSegmentor) -> None:
        """Be guided by this one."""
        self._segmentor = segmentor

    @property
    def segmentor(self) -> FrozenSegmentor:
        """The segmentor.

        Raises:
            ValueError: If none was given.
        """
        if self._segmentor is None:
            raise ValueError(
                f'{type(self).__name__} has no segmentor: name its config by '
                '`frozen_segmentor`, and train with `mmuda train`'
            )
        return self._segmentor

    @abstractmethod
    def forward(self, translation: Translation) -> dict[str, Tensor]:
        """Weighted losses of one direction by name."""
