"""Where the windows lie along an axis, and what each has a say in.

Two ways to cut. :func:`cut` is for networks of which it is known how far they look:
tiles are given all that they need around what they decide on. :func:`windows` is for
all others: windows of one size that overlap, as a network was trained on patches of one
size. Either way neighbours pass into each other by a squared sine (a Hann window where
the overlap is half of it); weights sum to 1 at every pixel and are never 0.
"""

from dataclasses import dataclass

import numpy as np

BLOCK_PX = 256  # of the GeoTIFFs that are written strip by strip


@dataclass(frozen=True)
class Tiling:
    """How images are cut up.

    Args:
        tile_px: Height and width of the part of an image that a tile decides on. The
            larger, the less the halo around it costs (SemI2I's 40 pixels 13 % of 1280),
            and the more memory a network takes.
        blend_px: Half the width of the zone in which two neighbouring tiles pass
            into each other. Tiles that see their whole halo agree there anyway.
        batch_size: Tiles translated at once; of smaller patches as many as have room
            in so many tiles.
    """

    tile_px: int = 1280
    blend_px: int = 4
    batch_size: int = 1

    def __post_init__(self) -> None:
        least = {'tile_px': 1, 'blend_px': 0, 'batch_size': 1}
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise ValueError(
                    f'{name.partition("_")[0]} is {getattr(self, name)}, expected at '
                    f'least {bound}'
                )


@dataclass(frozen=True)
class Span:
    """One window along one axis.

    Args:
        read: First and end pixel that the network is given. The end may lie outside
            the image, which is then continued by reflection.
        write: First and end pixel that the window has a say in.
        done: End of what no later window has a say in.
        weights: Its say at each pixel of ``write``; over all windows they sum to 1.
    """

    read: tuple[int, int]
    write: tuple[int, int]
    done: int
    weights: np.ndarray


def cut(length: int, tiling: Tiling, halo: int, stride: int) -> list[Span]:
    """Tiles along an axis of ``length`` pixels.

    Tiles stand at multiples of the stride. A tile reaches ``blend_px`` into its
    neighbours, and is given ``halo`` pixels more to each side, so that all it decides
    on is as in one piece.
    """
    step = max(-(-tiling.tile_px // stride), 1) * stride
    starts = list(range(0, length, step))
    if len(starts) > 1 and length - starts[-1] <= 2 * tiling.blend_px:
        starts.pop()  # too thin to blend on both sides
    blend = min(tiling.blend_px, step // 2)
    margin = -(-(halo + blend) // stride) * stride
    ends = [*starts[1:], length]
    reads = [
        (max(start - margin, 0), min(end + margin, length))
        for start, end in zip(starts, ends, strict=True)
    ]
    return _blended(reads, starts[1:], blend, length)


def windows(
    length: int, size: int, overlap: int, margin: int = 0, stride: int = 1
) -> list[Span]:
    """Windows of one size along an axis of ``length`` pixels.

    They stand at multiples of the stride and lie within the image; but for the last,
    which may stick out by less than a stride, and for an image smaller than a window,
    which is read as a whole and continued to a multiple of the stride.

    Args:
        length: Of the axis.
        size: Of a window, a multiple of ``stride``.
        overlap: Pixels that neighbours share at least, less than ``size``.
        margin: Pixels at the border of a window that have no say.
        stride: Coarsest step of the network.

    Raises:
        ValueError: If a window has no step left, or the margins fill the overlap.
    """
    step = (size - overlap) // stride * stride
    if size % stride or step < stride:
        raise ValueError(
            f'windows of {size} pixels with {overlap} in common leave no step of '
            f'{stride}, expected a multiple of it and a smaller overlap'
        )
    if not 0 <= 2 * margin <= size - step:
        raise ValueError(
            f'a margin of {margin} pixels on both sides of a window does not fit into '
            f'an overlap of {size - step}'
        )
    if length <= size:
        return _blended([(0, -(-length // stride) * stride)], [], 0, length)
    count = 1 + -(-(length - size) // step)
    last = -(-(length - size) // stride) * stride
    starts = [*(step * i for i in range(count - 1)), last]
    blend = min((size - step) // 2 - margin, step // 2)
    borders = [start + size - margin - blend for start in starts[:-1]]
    return _blended([(start, start + size) for start in starts], borders, blend, length)


def _blended(
    reads: list[tuple[int, int]], borders: list[int], blend: int, length: int
) -> list[Span]:
    """Windows that pass into each other ``blend`` pixels to both sides of borders."""
    ramp = np.sin(np.pi / 2 * (np.arange(2 * blend) + 0.5) / max(2 * blend, 1)) ** 2
    spans = []
    for i, read in enumerate(reads):
        first = borders[i - 1] - blend if i else 0
        is_last = i == len(reads) - 1
        end, done = (length, length) if is_last else (borders[i] + blend,) * 2
        weights = np.ones(end - first, np.float32)
        if i:
            weights[: 2 * blend] *= ramp
        if not is_last:
            done = end - 2 * blend
            weights[len(weights) - 2 * blend :] *= ramp[::-1]
        spans.append(Span(read, (first, end), done, weights))
    return spans
