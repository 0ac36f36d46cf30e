"""The exact search for the most similar targets: Eq. 3, all pairs of images.

SemSim and SemSim* of all pairs are products of matrices: class indicators of the
source's labels times class indicators (or probabilities) of the targets. They are
summed over stretches of locations, for a tile of source and target images at a time.

Such sums are rounded. How far off they can be is known, so that they tell which
targets can not be the best of a source image; the others are summed again, pair by
pair in float64. The result is that of the formula, whatever the precision of the
products: a low one only leaves more pairs to sum again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mmuda.pairing.maps import ClassMaps, LabelMaps, release_pages, write_one_hot
from mmuda.pairing.similarity import IGNORE

GIB = 2**30
STRETCH = 8192  # locations summed by one product, fewer where memory is short
SHORT_STRETCH = 512  # before tiles become smaller
ROWS = 512  # source images in one product
READ_AHEAD = 2**17  # bytes that the system may map around what is read
MOST_IN_TILE = 16384  # images; more of them gain nothing
# Below this, float32 and bfloat16 may round to zero.
UNDERFLOW = 1e-30
FLOAT32_UNIT, BFLOAT16_UNIT = 2.0**-24, 2.0**-9

Advance = Callable[[float], None]


@dataclass(frozen=True)
class SearchOptions:
    """How to search; the result does not depend on any of it but ``top_k``.

    Args:
        top_k: Number of targets to find for each source image.
        precision: Of the matrix products, ``'float32'`` or ``'bfloat16'`` (fast on
            tensor cores and AMX).
        memory: Bytes that the search may take.
        device: Where the products are computed.

    Raises:
        ValueError: If an option is out of range.
    """

    top_k: int = 1
    precision: str = 'float32'
    memory: int = GIB
    device: str = 'cpu'

    def __post_init__(self) -> None:
        if self.precision not in ('float32', 'bfloat16'):
            raise ValueError(
                f'precision must be float32 or bfloat16, got {self.precision!r}'
            )
        if self.top_k < 1:
            raise ValueError(f'top_k must be at least 1, got {self.top_k}')

    @property
    def dtype(self) -> torch.dtype:
        """Type of the factors of the products."""
        return getattr(torch, self.precision)


def most_similar(
    labels: LabelMaps,
    targets: ClassMaps,
    options: SearchOptions = SearchOptions(),  # frozen
    advance: Advance = lambda pairs: None,
) -> tuple[np.ndarray, np.ndarray]:
    """The mapping M of Eq. 3: for each source image the most similar targets.

    L of Eq. 1 and 2 are the locations that are neither ignored in the source image
    nor ignored (or without image) in the target image; where there are none, the
    similarity is 0. Among equals the target of the lower index is first.

    Args:
        labels: Label maps of N source images.
        targets: Label maps (SemSim) or probabilities (SemSim*) of M target images.
        options: See :class:`SearchOptions`.
        advance: Told how many pairs have been compared since it was last called.

    Returns:
        Indices of the targets, best first, int64 (N, k), and their similarities in
        [0, 1], float64 (N, k).

    Raises:
        ValueError: If the maps differ in size, there are fewer than ``top_k``
            targets, or the memory does not do for a pair of images.
    """
    return most_similar_of_blocks(labels, [targets], options, advance)


def most_similar_of_blocks(
    labels: LabelMaps,
    blocks: Iterable[ClassMaps],
    options: SearchOptions = SearchOptions(),  # frozen
    advance: Advance = lambda pairs: None,
) -> tuple[np.ndarray, np.ndarray]:
    """:func:`most_similar` with targets that come a block at a time.

    Args:
        labels: Label maps of N source images.
        blocks: Maps of the first target images, of the next ones, and so on.
        options: See :class:`SearchOptions`.
        advance: Told how many pairs have been compared since it was last called.

    Returns:
        As :func:`most_similar`.

    Raises:
        ValueError: Likewise.
    """
    best = Best.none_yet(labels.shape[0], options.top_k)
    begin = 0
    for targets in blocks:
        if labels.shape[1] != targets.shape[1]:
            raise ValueError(
                f'source label maps have {labels.shape[1]} pixels, those of the target '
                f'{targets.shape[1]}: the patches must be of one size'
            )
        for tile in _tiles(labels, targets, options):
            tile.multiply(advance)
            tile.update(best, begin)
        begin += targets.shape[0]
    if begin < options.top_k:
        raise ValueError(
            f'top_k is {options.top_k}, expected at most {begin}, the number of target '
            'images'
        )
    return best.indices, best.similarities


def all_similarities(
    labels: LabelMaps,
    targets: ClassMaps,
    options: SearchOptions = SearchOptions(),  # frozen
    advance: Advance = lambda pairs: None,
) -> np.ndarray:
    """Similarity of every source image with every target image.

    Args:
        labels: Label maps of N source images.
        targets: Maps of M target images.
        options: See :class:`SearchOptions`.
        advance: Told how many pairs have been compared since it was last called.

    Returns:
        In [0, 1], float32 (N, M), as the products of ``options.precision`` give them.
    """
    table = np.empty((labels.shape[0], targets.shape[0]), np.float32)
    for tile in _tiles(labels, targets, options):
        tile.multiply(advance)
        table[tile.rows, tile.columns] = tile.similarities.cpu().numpy()
    return table


@dataclass
class Best:
    """The best targets so far: indices and similarities, (N, k); -1 where none yet."""

    indices: np.ndarray
    similarities: np.ndarray

    @classmethod
    def none_yet(cls, num_images: int, k: int) -> 'Best':  # noqa: D102
        return cls(np.full((num_images, k), -1), np.full((num_images, k), -1.0))

    def add(self, rows: np.ndarray, indices: np.ndarray, values: np.ndarray) -> None:
        """Let further pairs of a source image and a target compete."""
        touched, k = np.unique(rows), self.indices.shape[1]
        rows = np.concatenate([np.repeat(touched, k), rows])
        indices = np.concatenate([self.indices[touched].ravel(), indices])
        values = np.concatenate([self.similarities[touched].ravel(), values])
        order = np.lexsort([indices, -values, rows])
        first = np.searchsorted(rows[order], touched)
        chosen = order[first[:, None] + np.arange(k)]
        self.indices[touched] = indices[chosen]
        self.similarities[touched] = values[chosen]


def _tiles(
    labels: LabelMaps, targets: ClassMaps, options: SearchOptions
) -> Iterator['Tile']:
    """All pairs in as few tiles as memory allows, targets in rising order."""
    classes = targets.num_classes
    stretch = min(STRETCH, labels.shape[1])
    height = max(1, min(labels.shape[0], MOST_IN_TILE))
    width = min(targets.shape[0], MOST_IN_TILE)
    while (needed := Tile.bytes(height, width, stretch, classes)) > options.memory:
        if stretch > SHORT_STRETCH:
            stretch = (stretch + 1) // 2
        elif width > 1 and width >= height:
            width = (width + 1) // 2
        elif height > 1:
            height = (height + 1) // 2
        else:
            raise ValueError(
                f'the search needs {needed / GIB:.2f} GiB at least, it may take '
                f'{options.memory / GIB:.2f} GiB: raise --memory'
            )
    for row in range(0, labels.shape[0], height):
        rows = slice(row, min(row + height, labels.shape[0]))
        for column in range(0, targets.shape[0], width):
            columns = slice(column, min(column + width, targets.shape[0]))
            yield Tile(labels, targets, rows, columns, stretch, options)


class Tile:
    """The similarities of some source images with some targets.

    Args:
        labels: Label maps of the source.
        targets: Maps of the target.
        rows: Which source images, n.
        columns: Which target images, m.
        stretch: Locations summed by one product.
        options: How to search.
    """

    def __init__(
        self,
        labels: LabelMaps,
        targets: ClassMaps,
        rows: slice,
        columns: slice,
        stretch: int,
        options: SearchOptions,
    ) -> None:
        self.labels, self.targets = labels, targets
        self.rows, self.columns = rows, columns
        self.stretch, self.options = stretch, options
        size = (rows.stop - rows.start, columns.stop - columns.start)
        self.sums = torch.zeros(size, device=options.device)
        self.counts = torch.zeros((size[0], 1), device=options.device)
        classes, numbers = (
            targets.num_classes,
            dict(dtype=options.dtype, device=options.device),
        )
        self._ours = torch.empty((min(ROWS, size[0]), classes, stretch), **numbers)
        self._theirs = torch.empty((size[1], classes, stretch), **numbers)

    @staticmethod
    def bytes(height: int, width: int, stretch: int, classes: int) -> int:
        """Memory that a tile of ``height`` x ``width`` pairs takes at most."""
        rows = min(ROWS, height)
        factors = classes * stretch * (rows + width)
        # Sums, counts, similarities; what compares a block of rows, and its product.
        return 4 * (factors + 3 * height * width + 4 * rows * width) + Tile.pages(
            height, width, stretch, classes
        )

    @staticmethod
    def pages(height: int, width: int, stretch: int, classes: int) -> int:
        """Bytes of memory-mapped files that reading a stretch brings in at most."""
        return height * (stretch + READ_AHEAD) + (
            width * classes * (4 * stretch + READ_AHEAD)
        )

    def multiply(self, advance: Advance) -> None:
        """Sum agreement and counts over all locations."""
        num_locations = self.labels.shape[1]
        shape = (*self.sums.shape, self.stretch, self.targets.num_classes)
        # What the tile leaves of the memory may hold pages that were read.
        once = Tile.pages(*shape)
        most = self.options.memory - Tile.bytes(*shape) + once
        held, whole = 0, self.labels.array.nbytes + self.targets.array.nbytes
        for start in range(0, num_locations, self.stretch):
            if held + once > most:
                self._release()
                held = 0
            here = slice(start, min(start + self.stretch, num_locations))
            self._multiply(here)
            held = min(held + once, whole)
            advance(self.sums.numel() * (here.stop - start) / num_locations)

    def _release(self) -> None:
        release_pages(self.labels.array)
        release_pages(self.targets.array)

    def _multiply(self, here: slice) -> None:
        width = here.stop - here.start
        theirs, ours = self._theirs[..., :width], self._ours[..., :width]
        self.targets.indicators(self.columns, here, theirs)
        factor = theirs.flatten(1).T
        valid = self.targets.valid(self.columns, here)
        for start in range(0, len(self.sums), ROWS):
            sums = self.sums[start : start + ROWS]
            first = self.rows.start + start
            labels = self.labels.part(slice(first, first + len(sums)), here)
            labels = labels.to(sums.device)
            write_one_hot(labels, ours[: len(sums)])
            add_product(sums, ours[: len(sums)].flatten(1), factor)
            self._count(start, labels != IGNORE, valid)

    def _count(self, start: int, labelled: Tensor, valid: Tensor | None) -> None:
        """Add to |L|: a number per source image, or per pair if targets ignore."""
        if valid is None:
            counts = labelled.sum(1, keepdim=True).float()
        else:
            if self.counts.shape != self.sums.shape:
                self.counts = torch.zeros_like(self.sums)
            counts = labelled.float() @ valid.float().to(labelled.device).T
        self.counts[start : start + len(counts)] += counts

    @property
    def error(self) -> float:
        """How far a similarity can be off, relative to it.

        Terms are non-negative, so that the relative error of a sum of n is at most
        about n units of rounding; a product sums ``stretch`` terms other than zero,
        and there are L / ``stretch`` products. bfloat16 also rounds the terms and
        each product.
        """
        units = 4 * FLOAT32_UNIT  # of the division and the comparison
        if not self.targets.counts:
            products = -(-self.labels.shape[1] // self.stretch)
            # bfloat16 units round when adding two terms and when adding their sum.
            units += (2 * self.stretch + products) * FLOAT32_UNIT
        if self.options.precision == 'bfloat16':
            units += (1 if self.targets.counts else 2) * BFLOAT16_UNIT
        return 1.01 * units

    @property
    def similarities(self) -> Tensor:
        """Of all pairs of the tile, rounded, float32 (n, m)."""
        return self.sums / self.counts.clamp(min=1)

    def update(self, best: Best, begin: int) -> None:
        """Sum again, exactly, the pairs that can be among the best; keep the best.

        Args:
            best: What was found so far.
            begin: Index of the first target image of ``targets`` among all.
        """
        similarity = self.similarities
        at_least = best.similarities[self.rows, -1]
        for start in range(0, len(similarity), ROWS):
            some = similarity[start : start + ROWS]
            known = torch.from_numpy(at_least[start : start + ROWS]).to(some.device)
            rows, columns = self._candidates(some, known)
            rows += self.rows.start + start
            columns += self.columns.start
            best.add(rows, begin + columns, self._exactly(rows, columns))

    def _candidates(
        self, similarity: Tensor, known: Tensor
    ) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of the tile that may be among the best ``top_k`` of their row."""
        slack = 0.0 if self.targets.counts else UNDERFLOW
        k = min(self.options.top_k, similarity.shape[1])
        kth = similarity.topk(k, dim=1).values[:, -1].double()
        bound = torch.maximum(kth * (1 - self.error) - slack, known)
        if k < self.options.top_k:
            bound = known  # everyone may still be among the best
        possible = similarity * (1 + self.error) + slack >= bound[:, None].float()
        rows, columns = possible.nonzero().cpu().numpy().T
        return rows, columns

    def _exactly(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Similarities of pairs in float64."""
        if self.targets.counts and self.options.precision == 'float32':
            here = rows - self.rows.start, columns - self.columns.start
            sums = self.sums[here].double()
            counts = self.counts.expand_as(self.sums)[here].double()
            return (sums / counts.clamp(min=1)).cpu().numpy()
        values = np.empty(len(rows))
        for row in np.unique(rows):
            here = slice(*np.searchsorted(rows, [row, row + 1]))
            labels = self.labels.labels[row]
            values[here] = self.targets.similarities(columns[here], labels)
        return values


def add_product(sums: Tensor, first: Tensor, second: Tensor) -> None:
    """Add ``first @ second`` to float32 ``sums``."""
    if first.dtype == torch.float32:
        sums.addmm_(first, second)
    else:
        sums += first @ second
