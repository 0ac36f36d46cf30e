"""Passing a raster through a network window by window, blended strip by strip."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from mmuda.jobs.tiling.ahead import ahead
from mmuda.jobs.tiling.passing import Process, passed, read_rows
from mmuda.jobs.tiling.spans import BLOCK_PX, Span
from mmuda.jobs.tiling.strip import Part, Strip

MEMORY_MIB = 512  # of what is accumulated and read at a time

Axes = tuple[Sequence[Span], Sequence[Span]]


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
    file: str | Path,
    indexes: Sequence[int],
    process: Process,
    axes: Axes,
    part: Part,
    *,
    batch_size: int = 1,
    fill: np.ndarray | None = None,
    advance: Callable[[int], None] = lambda windows: None,
) -> Generator[tuple[Part, np.ndarray, np.ndarray], None, None]:
    """What a network says of a part of a raster, strip by strip from the top.

    No more than a row of windows is held at a time, beside the pixels of the next. What
    comes out does not depend on where the part begins. Windows without a valid pixel
    are not passed. Threads read and pass what comes next while a strip is used.

    Args:
        file: The scene.
        indexes: Numbers, from 1, of the bands.
        process: The network.
        axes: Windows along all rows and columns of the scene.
        part: Its rows must be those of some of :func:`strips_of`.
        batch_size: Windows at once.
        fill: See :func:`read_window`.
        advance: Called with the number of windows done.

    Yields:
        Where it lies, float32 values (channels, rows, columns), and bool (rows,
        columns), which pixels are valid. The arrays change once the next strip is asked
        for. Values are 0 where no window had a valid pixel; they have a single channel
        until one had.
    """
    rows, columns = (
        _touching(spans, *bounds)
        for spans, bounds in zip(axes, (part.rows, part.columns), strict=True)
    )
    strip = Strip(part, rows)
    pixels = ahead(read_rows(file, indexes, rows, columns, fill))
    with closing(ahead(passed(pixels, process, columns, batch_size))) as batches:
        for batch in batches:
            for column, output in batch.outputs:
                strip.add(batch.row, column, output)
            advance(len(batch.columns))
            if batch.columns[-1] is columns[-1]:
                strip.mark(batch.row, columns[0], batch.valid)
                yield from strip.take(batch.row)


def _touching(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    return [s for s in spans if s.write[0] < end and s.write[1] > start]
