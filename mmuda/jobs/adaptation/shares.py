"""Which share of the ground each class has."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mmuda.datasets.rasters import open_raster


def shares_of_maps(maps: Sequence[Path], number: int) -> np.ndarray:
    """Shares of the classes in class maps, (number,); they sum to 1."""
    counts = np.zeros(number)
    for file in maps:
        with open_raster(file) as raster:
            for _, window in raster.block_windows(1):
                found = raster.read(1, window=window).ravel()
                counts += np.bincount(found, minlength=number)[:number]
    return counts / max(counts.sum(), 1)


def shares_of_labels(class_pixels: dict[str, int]) -> np.ndarray:
    """Shares of the classes among labelled pixels, as a manifest counts them."""
    counts = np.array(list(class_pixels.values()), float)
    return counts / max(counts.sum(), 1)
