"""Class maps of many images, on disk rather than in memory.

The search walks over locations, a stretch of all maps at a time; both kinds of maps
give what it needs of a stretch, and what it needs of a single pair of images.
"""

import mmap
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mmuda.files import name_what_is_full, reserve
from mmuda.pairing.similarity import IGNORE


class ClassMaps(ABC):
    """What M target images say about the class of each of L locations.

    Args:
        num_classes: C.
    """

    # Whether every indicator is 0 or 1, so that sums of them are exact in float32.
    counts: bool

    def __init__(self, num_classes: int) -> None:
        self.num_classes = num_classes

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """(M, L)."""

    @abstractmethod
    def indicators(self, images: slice, stretch: slice, out: Tensor) -> None:
        """Write how far each image is of each class into ``out``, (m, C, l), float."""

    @abstractmethod
    def valid(self, images: slice, stretch: slice) -> Tensor | None:
        """Which locations count, bool (m, l); None for all."""

    @abstractmethod
    def similarities(self, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Similarity of some images to a source image: the formula, in float64.

        Args:
            images: Indices of target images, (n,).
            labels: Class ids of the source image, (L,).

        Returns:
            SemSim or SemSim*, in [0, 1], (n,); 0 where no location counts in both.
        """

    @property
    @abstractmethod
    def array(self) -> np.ndarray:
        """What holds the maps; memory-mapped, or in memory."""


class LabelMaps(ClassMaps):
    """Label maps: the class is certain, or the location is ignored (SemSim, Eq. 1).

    Args:
        labels: Class ids, uint8, shape (M, L), in memory or memory-mapped.
        num_classes: C.
    """

    counts = True

    def __init__(self, labels: np.ndarray, num_classes: int) -> None:
        super().__init__(num_classes)
        self.labels = labels
        self._any_ignored = _any(chunk == IGNORE for chunk in _rows(labels))

    @property
    def shape(self) -> tuple[int, int]:  # noqa: D102
        return self.labels.shape

    def part(self, images: slice, stretch: slice) -> Tensor:
        """Class ids, (m, l), uint8."""
        return torch.from_numpy(np.array(self.labels[images, stretch]))

    def indicators(self, images: slice, stretch: slice, out: Tensor) -> None:  # noqa: D102
        write_one_hot(self.part(images, stretch).to(out.device), out)

    def valid(self, images: slice, stretch: slice) -> Tensor | None:  # noqa: D102
        return self.part(images, stretch) != IGNORE if self._any_ignored else None

    def similarities(self, images: np.ndarray, labels: np.ndarray) -> np.ndarray:  # noqa: D102
        theirs = self.labels[images]
        both = (theirs != IGNORE) & (labels != IGNORE)
        agree = np.count_nonzero((theirs == labels) & both, axis=1)
        return agree / np.maximum(both.sum(axis=1), 1)

    @property
    def array(self) -> np.ndarray:  # noqa: D102
        return self.labels


class ProbabilityMaps(ClassMaps):
    """Class probabilities (SemSim*, Eq. 2).

    Args:
        probabilities: float32, shape (M, C, L), in memory or memory-mapped.
        valid: Which locations hold an image, bool (M, L); None for all.

    Raises:
        ValueError: If an array is not of that type or shape.
    """

    counts = False

    def __init__(
        self, probabilities: np.ndarray, valid: np.ndarray | None = None
    ) -> None:
        if probabilities.dtype != np.float32 or probabilities.ndim != 3:
            raise ValueError(
                'probabilities must be float32 of shape (M, C, L), got '
                f'{probabilities.dtype} of shape {probabilities.shape}'
            )
        super().__init__(probabilities.shape[1])
        self.probabilities = probabilities
        everywhere = valid is None or not _any(~chunk for chunk in _rows(valid))
        self._valid = None if everywhere else valid
        if self._valid is not None and self._valid.shape != self.shape:
            raise ValueError(
                f'valid must have shape {self.shape}, got {self._valid.shape}'
            )

    @property
    def shape(self) -> tuple[int, int]:  # noqa: D102
        return self.probabilities.shape[0], self.probabilities.shape[2]

    def indicators(self, images: slice, stretch: slice, out: Tensor) -> None:  # noqa: D102
        out.copy_(_tensor(self.probabilities[images, :, stretch]))
        valid = self.valid(images, stretch)
        if valid is not None:
            out *= valid.to(out.device)[:, None]

    def valid(self, images: slice, stretch: slice) -> Tensor | None:  # noqa: D102
        return None if self._valid is None else _tensor(self._valid[images, stretch])

    def similarities(self, images: np.ndarray, labels: np.ndarray) -> np.ndarray:  # noqa: D102
        places = np.flatnonzero(labels != IGNORE)
        named = labels[places].astype(np.int64) * len(labels) + places
        found = np.zeros(len(images))
        for i, image in enumerate(images):
            values = self.probabilities[image].ravel().take(named)
            if self._valid is not None:
                values = values[self._valid[image, places]]
            if len(values):
                found[i] = values.sum(dtype=np.float64) / len(values)
        return found

    @property
    def array(self) -> np.ndarray:  # noqa: D102
        return self.probabilities


def write_one_hot(labels: Tensor, out: Tensor) -> None:
    """Write class indicators of labels (n, l) into ``out`` (n, C, l), any float type.

    Ignored locations are 0 in every class.
    """
    for class_id in range(out.shape[1]):
        torch.eq(labels, class_id, out=out[:, class_id])


def create_array(file: Path, shape: tuple[int, ...], dtype: type) -> np.memmap:
    """A new array in a ``.npy`` file, to be written a part at a time.

    Raises:
        OSError: If the disk has no space for all of it.
    """
    with name_what_is_full(file):
        array = np.lib.format.open_memmap(file, 'w+', dtype, shape)
    reserve(file, array.offset + array.nbytes)
    return array


def _tensor(part: np.ndarray) -> Tensor:
    # PyTorch warns of arrays that can not be written, as files opened to read are.
    return torch.from_numpy(part if part.flags.writeable else np.array(part))


def _rows(array: np.ndarray, step: int = 256) -> Iterator[np.ndarray]:
    for start in range(0, len(array), step):
        yield array[start : start + step]
    release_pages(array)


def _any(parts: Iterable[np.ndarray]) -> bool:
    return any(part.any() for part in parts)


def release_pages(array: np.ndarray) -> None:
    """Let go of the pages of a memory-mapped array that were read; nothing is lost."""
    pages = getattr(array, '_mmap', None)
    if pages is not None and hasattr(mmap, 'MADV_DONTNEED'):
        pages.madvise(mmap.MADV_DONTNEED)
