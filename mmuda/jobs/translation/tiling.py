"""Cutting images into tiles that are translated as if in one piece."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from rasterio.io import DatasetReader
from rasterio.windows import Window
from torch import nn

from mmuda.datasets.rasters import invalid_pixels

BLOCK_PX = 256  # of the GeoTIFFs that are written


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

    Raises:
        ValueError: If a number is too small.
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
class Route:
    """From which domain to which, and by which bands of the files.

    Args:
        source: Domain that the images are of.
        target: Domain that they are to look like.
        bands: Names or numbers, from 1, of the bands that are translated; None for
            all but an alpha band. Other bands are copied.
    """

    source: str = 'source'
    target: str = 'target'
    bands: tuple[str | int, ...] | None = None


@torch.no_grad()
def translate_batch(
    translator: nn.Module, images: np.ndarray, valid: np.ndarray, route: Route
) -> np.ndarray:
    """Translate images of one size.

    Args:
        translator: Any model with ``translate``, ``halo`` and ``stride``.
        images: Float, shape (N, bands, H, W), of any H and W: what the stride asks
            for is added by reflection below and to the right.
        valid: Bool, shape (N, H, W).
        route: From where to where.

    Returns:
        Float32, shape (N, bands, H, W).
    """
    device = _device(translator)
    height, width = images.shape[2:]
    rows, columns = (
        # Networks pad by reflection, also where they are coarsest: two pixels at least.
        _reflected(n, max(-(-n // translator.stride), 2) * translator.stride)
        for n in (height, width)
    )
    inputs = torch.from_numpy(images[..., rows[:, None], columns]).float().to(device)
    mask = None
    if not valid.all():
        mask = torch.from_numpy(valid[:, None, rows[:, None], columns]).to(device)
    outputs = translator.translate(inputs, route.source, route.target, mask)
    return outputs[..., :height, :width].float().cpu().numpy()


def _device(model: nn.Module) -> torch.device:
    tensors = [*model.parameters(), *model.buffers()]
    return tensors[0].device if tensors else torch.device('cpu')


def _reflected(length: int, wanted: int) -> np.ndarray:
    """Indices of ``length`` pixels, continued by reflection up to ``wanted``."""
    place = np.arange(wanted) % max(2 * length - 2, 1)
    return np.minimum(place, 2 * length - 2 - place) if length > 1 else 0 * place


@dataclass(frozen=True)
class Span:
    """One tile along one axis.

    Args:
        read: First and end pixel that the translator is given.
        write: First and end pixel that the tile has a say in.
        done: End of what no later tile has a say in.
        weights: Its say at each pixel of ``write``; over all tiles they sum to 1.
    """

    read: tuple[int, int]
    write: tuple[int, int]
    done: int
    weights: np.ndarray


def cut(length: int, tiling: Tiling, halo: int, stride: int) -> list[Span]:
    """Tiles along an axis of ``length`` pixels.

    Tiles stand at multiples of the stride. A tile reaches ``blend_px`` into its
    neighbours, where both are weighted by a squared cosine, and is given ``halo``
    pixels more to each side, so that all it decides on is as in one piece.
    """
    step = max(-(-tiling.tile_px // stride), 1) * stride
    starts = list(range(0, length, step))
    if len(starts) > 1 and length - starts[-1] <= 2 * tiling.blend_px:
        starts.pop()  # too thin to blend on both sides
    blend = min(tiling.blend_px, step // 2)
    margin = -(-(halo + blend) // stride) * stride
    ends = [*starts[1:], length]
    spans = []
    for start, end in zip(starts, ends, strict=True):
        first = max(start - blend, 0)
        last, done = (end, end) if end == length else (end + blend, end - blend)
        weights = np.ones(last - first, np.float32)
        ramp = np.sin(np.pi / 2 * (np.arange(2 * blend) + 0.5) / (2 * blend)) ** 2
        if start > 0:
            weights[: 2 * blend] *= ramp
        if end < length:
            weights[len(weights) - 2 * blend :] *= ramp[::-1]
        read = max(start - margin, 0), min(end + margin, length)
        spans.append(Span(read, (first, last), done, weights))
    return spans


def translate_rows(
    translator: nn.Module,
    raster: DatasetReader,
    indexes: list[int],
    route: Route,
    tiling: Tiling,
    advance: Callable[[int], None] = lambda tiles: None,
) -> Iterator[tuple[int, np.ndarray]]:
    """Translate a raster strip by strip.

    No more than a row of tiles is held at a time.

    Args:
        translator: See :func:`translate_batch`.
        raster: The scene.
        indexes: Numbers, from 1, of the bands to translate.
        route: From where to where.
        tiling: How to cut.
        advance: Called with the number of tiles done.

    Yields:
        First row and float32 pixels (bands, rows, W) of each strip, from the top.
    """
    axes = [
        cut(n, tiling, translator.halo, translator.stride)
        for n in (raster.height, raster.width)
    ]
    fill = fill_values(raster, indexes)
    top, strip = 0, np.zeros((len(indexes), 0, raster.width), np.float32)
    for row in axes[0]:
        missing = row.write[1] - top - strip.shape[1]
        strip = np.pad(strip, ((0, 0), (0, missing), (0, 0)))
        pixels, valid = read_rows(raster, indexes, row.read, fill)
        for columns in _batches(axes[1], tiling.batch_size):
            cuts = [np.s_[..., slice(*column.read)] for column in columns]
            outputs = translate_batch(
                translator,
                np.stack([pixels[c] for c in cuts]),
                np.stack([valid[c] for c in cuts]),
                route,
            )
            for column, output in zip(columns, outputs, strict=True):
                _add(strip[:, row.write[0] - top :], output, row, column)
            advance(len(columns))
        # Whole blocks, so that none is written twice.
        last = row.done == raster.height
        done = row.done if last else row.done // BLOCK_PX * BLOCK_PX
        if done > top:
            yield top, strip[:, : done - top]
            top, strip = done, strip[:, done - top :].copy()


def _batches(spans: list[Span], size: int) -> Iterator[list[Span]]:
    """Neighbouring tiles of one width, ``size`` at a time."""
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


def _add(strip: np.ndarray, output: np.ndarray, row: Span, column: Span) -> None:
    rows, columns = (
        slice(s.write[0] - s.read[0], s.write[1] - s.read[0]) for s in (row, column)
    )
    weights = np.outer(row.weights, column.weights)
    here = np.s_[:, : len(row.weights), slice(*column.write)]
    strip[here] += weights * output[:, rows, columns]


def read_rows(
    raster: DatasetReader,
    indexes: list[int],
    rows: tuple[int, int],
    fill: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (bands, rows, W), with ``fill`` where invalid, and which are valid."""
    window = Window(0, rows[0], raster.width, rows[1] - rows[0])
    pixels = raster.read(indexes, window=window)
    invalid = invalid_pixels(raster, indexes, window) | ~np.isfinite(pixels).all(0)
    if invalid.any():
        pixels = np.where(invalid, fill[:, None, None], pixels)
    return pixels, ~invalid


def fill_values(raster: DatasetReader, indexes: list[int]) -> np.ndarray:
    """A neutral value for each band: the mean over a thinned-out scene."""
    shape = min(raster.height, 256), min(raster.width, 256)
    pixels = raster.read(indexes, out_shape=(len(indexes), *shape))
    masks = raster.read_masks(indexes, out_shape=(len(indexes), *shape))
    valid = (masks > 0).all(0) & np.isfinite(pixels).all(0)
    means = pixels[:, valid].mean(1) if valid.any() else np.zeros(len(indexes))
    return means.astype(pixels.dtype)
