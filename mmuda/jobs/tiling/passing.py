"""Passing the windows of a raster through a network, row by row."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmuda.datasets.rasters import open_raster
from mmuda.jobs.tiling.reading import read_window
from mmuda.jobs.tiling.spans import Span

# Images (N, bands, H, W) as stored and valid pixels (N, H, W), to (N, channels, H, W).
Process = Callable[[np.ndarray, np.ndarray], np.ndarray]
# Where a row of windows lies, its pixels in one piece, and which of them are valid.
Row = tuple[Span, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Batch:
    """Neighbouring windows of a row, and what the network says of them.

    Args:
        row: Where they lie along the rows.
        columns: Where they lie along the columns.
        outputs: Of those with a valid pixel, each (channels, H, W).
        valid: Which pixels of the whole row of windows are valid.
    """

    row: Span
    columns: list[Span]
    outputs: list[tuple[Span, np.ndarray]]
    valid: np.ndarray


def read_rows(
    file: str | Path,
    indexes: Sequence[int],
    rows: Sequence[Span],
    columns: Sequence[Span],
    fill: np.ndarray | None,
) -> Generator[Row, None, None]:
    """The rows of windows of a raster; see :func:`read_window`."""
    across = columns[0].read[0], columns[-1].read[1]
    # Opened here, as GDAL lets only one thread at a time use what it opened.
    with open_raster(file) as raster:
        for row in rows:
            yield row, *read_window(raster, indexes, row.read, across, fill)


def passed(
    rows: Generator[Row, None, None],
    process: Process,
    columns: Sequence[Span],
    size: int,
) -> Generator[Batch, None, None]:
    """Rows of windows passed through a network, up to ``size`` windows at once.

    Args:
        rows: See :func:`read_rows`; closed in the end.
        process: The network.
        columns: Where the windows lie along the columns.
        size: Of a batch.
    """
    first = columns[0].read[0]
    with closing(rows):
        for row, pixels, valid in rows:
            for batch in _batches(columns, size):
                cuts = [
                    np.s_[..., c.read[0] - first : c.read[1] - first] for c in batch
                ]
                shown = [i for i, cut in enumerate(cuts) if valid[cut].any()]
                outputs: Sequence[np.ndarray] = ()
                if shown:
                    outputs = process(
                        np.stack([pixels[cuts[i]] for i in shown]),
                        np.stack([valid[cuts[i]] for i in shown]),
                    )
                said = zip((batch[i] for i in shown), outputs, strict=True)
                yield Batch(row, batch, list(said), valid)


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
