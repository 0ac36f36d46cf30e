"""Windows: the parts of a scene that are the samples of a data set.

A scene is covered by a grid of windows. Around each lies its cell, in which training
may move it at random; the cells of two regions of a scene, such as one to train on and
one held out, never overlap.
"""

from dataclasses import dataclass
from pathlib import Path

from rasterio.windows import Window


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels.

    Args:
        row: Upper-most row.
        column: Left-most column.
        height: Number of rows.
        width: Number of columns.
    """

    row: int
    column: int
    height: int
    width: int

    def within(self, other: 'Box') -> bool:
        """Whether no part of it lies outside of another."""
        return (
            other.row <= self.row
            and other.column <= self.column
            and self.row + self.height <= other.row + other.height
            and self.column + self.width <= other.column + other.width
        )

    def of_rasterio(self) -> Window:
        """The same as rasterio reads and writes it."""
        return Window(self.column, self.row, self.width, self.height)


@dataclass(frozen=True)
class Sample:
    """A window of the grid, and the cell that it may be moved in."""

    window: Box
    cell: Box


def origins(length: int, size: int, overlap: int = 0) -> list[int]:
    """First pixels of windows that cover an axis without padding.

    Neighbours share ``overlap`` pixels; the last window is moved inwards and shares
    more. An axis shorter than a window has one, at 0.
    """
    step = size - overlap
    starts = range(0, max(length - overlap, 1), step)
    return [max(min(start, length - size), 0) for start in starts]


def grid(region: Box, size_px: int) -> list[Sample]:
    """Windows that cover a region.

    Args:
        region: The part of a scene to cover.
        size_px: Height and width of a window; a smaller region is one window.

    Returns:
        The windows, row by row; the cell of each is what lies within half a window
        around it, as far as the region goes.
    """
    axes = (
        [
            (start, first, last - first)
            for start in origins(length, size_px)
            for first, last in [_around(start, size_px, length)]
        ]
        for length in (region.height, region.width)
    )
    rows, columns = axes
    height, width = min(size_px, region.height), min(size_px, region.width)
    return [
        Sample(
            Box(region.row + row, region.column + column, height, width),
            Box(region.row + top, region.column + left, tall, wide),
        )
        for row, top, tall in rows
        for column, left, wide in columns
    ]


def _around(start: int, size: int, length: int) -> tuple[int, int]:
    return max(start - size // 2, 0), min(start + size + size // 2, length)


def window_keys(sample: Sample) -> dict[str, object]:
    """What tells a pipeline of a window, beside the path of the scene.

    ``patch`` distinguishes the windows of a scene where images have names.
    """
    window = sample.window
    return {
        'window': window,
        'cell': sample.cell,
        'patch': f'{window.row}_{window.column}',
    }


def window_path(img_path: str, patch: str) -> str:
    """A path that tells the window of a scene from the others; no such file exists.

    Args:
        img_path: The scene.
        patch: See :func:`window_keys`.
    """
    file = Path(img_path)
    return str(file.with_stem(f'{file.stem}_{patch}'))
