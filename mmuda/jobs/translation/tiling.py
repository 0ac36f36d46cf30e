"""Cutting images into tiles that are translated as if in one piece."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch
from rasterio.io import DatasetReader
from torch import nn

from mmuda.jobs.tiling import (
    Part,
    Tiling,
    blended,
    cut,
    fill_values,
    parts_of,
    reflected,
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
        reflected(n, max(-(-n // translator.stride), 2) * translator.stride)
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


def translate_rows(
    translator: nn.Module,
    raster: DatasetReader,
    indexes: list[int],
    route: Route,
    tiling: Tiling,
    advance: Callable[[int], None] = lambda tiles: None,
) -> Iterator[tuple[Part, np.ndarray]]:
    """Translate a raster strip by strip.

    No more than a row of tiles is held at a time, and of a very wide raster a part of
    one.

    Args:
        translator: See :func:`translate_batch`.
        raster: The scene.
        indexes: Numbers, from 1, of the bands to translate.
        route: From where to where.
        tiling: How to cut.
        advance: Called with the number of tiles done.

    Yields:
        Where each strip lies, and its float32 pixels (bands, rows, columns).
    """
    axes = tuple(
        cut(n, tiling, translator.halo, translator.stride)
        for n in (raster.height, raster.width)
    )

    def process(images: np.ndarray, valid: np.ndarray) -> np.ndarray:
        return translate_batch(translator, images, valid, route)

    fill = fill_values(raster, indexes)
    for part in parts_of(axes, 2 * len(indexes)):
        strips = blended(
            raster.name,
            indexes,
            process,
            axes,
            part,
            batch_size=tiling.batch_size,
            fill=fill,
            advance=advance,
        )
        with closing(strips):
            for where, pixels, _ in strips:
                yield where, pixels
