"""Rows of a raster that windows are still adding to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rasterio.windows import Window

from mmuda.jobs.tiling.spans import BLOCK_PX, Span


@dataclass(frozen=True)
class Part:
    """A rectangle of a scene: first and end row, first and end column."""

    rows: tuple[int, int]
    columns: tuple[int, int]

    @property
    def window(self) -> Window:
        """As rasterio calls it."""
        return Window.from_slices(self.rows, self.columns)


class Strip:
    """The rows of a part that are in the making, in one array for all its strips.

    Args:
        part: Of the raster.
        rows: Windows along its rows.
    """

    def __init__(self, part: Part, rows: Sequence[Span]) -> None:
        self.part = part
        self.top = part.rows[0]
        tops = [part.rows[0], *(self._whole(row) for row in rows[:-1])]
        ends = [min(row.write[1], part.rows[1]) for row in rows]
        height = max(end - top for top, end in zip(tops, ends, strict=True))
        width = part.columns[1] - part.columns[0]
        self.values = np.zeros((1, height, width), np.float32)
        self.valid = np.zeros((height, width), bool)

    def add(self, row: Span, column: Span, output: np.ndarray) -> None:
        """Add what a window says, (channels, H, W), times its weights."""
        if len(self.values) < len(output):
            # Nothing was added so far.
            self.values = np.zeros((len(output), *self.valid.shape), np.float32)
        inside = ((self.top, self.part.rows[1]), self.part.columns)
        to, of, weights = [], [], []
        for span, (start, end) in zip((row, column), inside, strict=True):
            first, last = max(span.write[0], start), min(span.write[1], end)
            to.append(slice(first - start, last - start))
            of.append(slice(first - span.read[0], last - span.read[0]))
            weights.append(span.weights[first - span.write[0] : last - span.write[0]])
        weight = np.outer(*weights)
        # One channel after the other: products of all would not stay in the cache.
        for total, said in zip(self.values, output, strict=True):
            total[tuple(to)] += weight * said[tuple(of)]

    def mark(self, row: Span, left: Span, valid: np.ndarray) -> None:
        """Note which pixels are valid in a row of windows, of which one is leftmost."""
        top, end = max(row.write[0], self.top), min(row.write[1], self.part.rows[1])
        first, last = (column - left.read[0] for column in self.part.columns)
        found = valid[top - row.read[0] : end - row.read[0], first:last]
        self.valid[top - self.top : end - self.top] = found

    def _whole(self, row: Span) -> int:
        """End of the rows that come out after a row of windows."""
        first, end = self.part.rows
        if row.done >= end:
            return end
        return max(row.done // BLOCK_PX * BLOCK_PX, first)

    def take(self, row: Span) -> Iterator[tuple[Part, np.ndarray, np.ndarray]]:
        """The rows that are whole after a row of windows, if they fill blocks.

        Yields:
            Once or never: where they lie, the sums, and which pixels are valid.
        """
        done = self._whole(row)
        count = done - self.top
        if count <= 0:
            return
        where = Part((self.top, done), self.part.columns)
        yield where, self.values[:, :count], self.valid[:count]
        for layer in (*self.values, self.valid):
            layer[:-count] = layer[count:]
            layer[-count:] = 0
        self.top = done
