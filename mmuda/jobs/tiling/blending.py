"""Passing a raster through a network window by window, blended strip by strip."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rasterio.io import DatasetReader
from rasterio.windows import Window

from mmuda.jobs.tiling.reading import read_window
from mmuda.jobs.tiling.spans import BLOCK_PX, Span

MEMORY_MIB = 512  # of what is accumulated and read at a time

Axes = tuple[Sequence[Span], Sequence[Span]]
# Images (N, bands, H, W) as stored and valid pixels (N, H, W), to (N, channels, H, W).
Process = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Part:
    """A rectangle of a scene: first and end row, first and end column."""

    rows: tuple[int, int]
    columns: tuple[int, int]

    @property
    def window(self) -> Window:
        """As rasterio calls it."""
        return Window.from_slices(self.rows, self.columns)


def strips_of(rows: Sequence[Span]) -> list[tuple[int, int]]:
    """First and end row of the strips that come out whole, one after another.

    They end with whole blocks, so that none is written twice.
    """
    length = rows[-1].write[1]
    whole = {span.done // BLOCK_PX * BLOCK_PX for span in rows[:-1]}
    ends = sorted(whole - {0} | {length})
    return list(zip([0, *ends[:-1]], ends, strict=True))


def parts_of(axes: Axes, channels: int, memory_mib: float = MEMORY_MIB) -> list[Part]:
    """Parts of a scene, side by side, each as wide as memory has room for.

    Windows that lie across the border of two are passed for both.

    Args:
        axes: Windows along rows and columns.
        channels: Of what is accumulated and what is read, together.
        memory_mib: For both.
    """
    height, width = (spans[-1].write[1] for spans in axes)
    tallest = max(span.read[1] - span.read[0] for span in axes[0]) + BLOCK_PX
    widest = max(span.read[1] - span.read[0] for span in axes[1])
    room = int(memory_mib * 2**20 / (4 * channels * tallest))
    step = max(room, 2 * widest) // BLOCK_PX * BLOCK_PX or BLOCK_PX
    starts = range(0, width, step)
    return [Part((0, height), (start, min(start + step, width))) for start in starts]


def blended(
    raster: DatasetReader,
    indexes: Sequence[int],
    process: Process,
    axes: Axes,
    part: Part,
    *,
    batch_size: int = 1,
    fill: np.ndarray | None = None,
    advance: Callable[[int], None] = lambda windows: None,
) -> Iterator[tuple[Part, np.ndarray]]:
    """What a network says of a part of a raster, strip by strip from the top.

    No more than a row of windows is held at a time. What comes out does not depend on
    where the part begins. Windows without a valid pixel are not passed.

    Args:
        raster: The scene.
        indexes: Numbers, from 1, of the bands.
        process: The network.
        axes: Windows along all rows and columns of the scene.
        part: Its rows must be those of some of :func:`strips_of`.
        batch_size: Windows at once.
        fill: See :func:`read_window`.
        advance: Called with the number of windows done.

    Yields:
        Where it lies, and float32 values (channels, rows, columns). All 0 where no
        window had a valid pixel; a single channel if that is so everywhere.
    """
    rows, columns = (
        _touching(spans, *bounds)
        for spans, bounds in zip(axes, (part.rows, part.columns), strict=True)
    )
    width = part.columns[1] - part.columns[0]
    top, strip = part.rows[0], np.zeros((1, 0, width), np.float32)
    for row in rows:
        missing = min(row.write[1], part.rows[1]) - top - strip.shape[1]
        strip = np.pad(strip, ((0, 0), (0, max(missing, 0)), (0, 0)))
        first, end = columns[0].read[0], columns[-1].read[1]
        pixels, valid = read_window(raster, indexes, row.read, (first, end), fill)
        for batch in _batches(columns, batch_size):
            cuts = [np.s_[..., c.read[0] - first : c.read[1] - first] for c in batch]
            passed = [i for i, c in enumerate(cuts) if valid[c].any()]
            if passed:
                outputs = process(
                    np.stack([pixels[cuts[i]] for i in passed]),
                    np.stack([valid[cuts[i]] for i in passed]),
                )
                if len(strip) < outputs.shape[1]:
                    strip = np.repeat(strip, outputs.shape[1], axis=0)
                for i, output in zip(passed, outputs, strict=True):
                    _add(strip, (top, part.columns[0]), output, row, batch[i])
            advance(len(batch))
        last = row.done >= part.rows[1]
        done = part.rows[1] if last else row.done // BLOCK_PX * BLOCK_PX
        if done > top:
            yield Part((top, done), part.columns), strip[:, : done - top]
            top, strip = done, strip[:, done - top :].copy()
        if last:
            return


def _touching(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    return [s for s in spans if s.write[0] < end and s.write[1] > start]


def _batches(spans: Sequence[Span], size: int) -> Iterator[list[Span]]:
    """Neighbouring windows of one width, ``size`` at a time."""
    batch: list[Span] = []
    for span in spans:
        width = span.read[1] - span.read[0]
        if batch and (
            len(batch) == size or width != batch[0].read[1] - batch[0].read[0]
        ):
            yield batch
            batch = []
        batch.append(span)
    yield batch


def _add(
    strip: np.ndarray,
    corner: tuple[int, int],
    output: np.ndarray,
    row: Span,
    column: Span,
) -> None:
    """Add what a window says, where it lies in the strip, times its weights."""
    to, of, weights = [], [], []
    for span, start, length in zip((row, column), corner, strip.shape[1:], strict=True):
        first = max(span.write[0], start)
        end = min(span.write[1], start + length)
        to.append(slice(first - start, end - start))
        of.append(slice(first - span.read[0], end - span.read[0]))
        weights.append(span.weights[first - span.write[0] : end - span.write[0]])
    strip[:, to[0], to[1]] += np.outer(*weights) * output[:, of[0], of[1]]
