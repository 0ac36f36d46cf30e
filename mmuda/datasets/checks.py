"""Looking through images and labels of a dataset before training starts."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from mmseg.datasets import BaseSegDataset
from rasterio.io import DatasetReader

from mmuda.datasets.rasters import invalid_pixels, open_raster
from mmuda.datasets.transforms.raster import LoadLabels, LoadRaster

T = TypeVar('T')
MOST_FILES = 10_000  # of a data set that are looked at


def check_labels(
    dataset: BaseSegDataset,
    num_classes: int,
    ignore_index: int = 255,
    max_files: int | None = None,
) -> None:
    """Refuse labels on which training would fail hours later, or learn nonsense.

    Args:
        dataset: Its ``get_data_info`` names the files.
        num_classes: Number of classes that the model tells apart.
        ignore_index: Id of the pixels to ignore.
        max_files: If there are more, so many are looked at, evenly spaced; by default
            ``MOST_FILES``.

    Raises:
        ValueError: If the dataset has no labels; or, of the first bad file, the size is
            not that of its image or an id is not a class; or if all are 0 or ignored.
        FileNotFoundError: If a file is missing.
    """
    load = LoadLabels(ignore_index, num_classes)

    def check(index: int) -> set[int]:
        sample = dataset.get_data_info(index)
        size = _size(sample)
        labels = load({**sample, 'seg_fields': [], 'ori_shape': size})['gt_seg_map']
        return set(np.flatnonzero(np.bincount(labels.ravel())).tolist())

    found: set[int] = set()
    for ids in _for_each(check, _evenly(len(dataset), max_files or MOST_FILES)):
        found |= ids
    if found == {0, ignore_index} and num_classes > 1:
        raise ValueError(
            f'{dataset.data_prefix["seg_map_path"]}: all labels are 0 or '
            f'{ignore_index}, which means ignored, so that nothing is learned but '
            f'{dataset.metainfo["classes"][0]}; if {ignore_index} stands for a class, '
            f'`mmuda prepare --values 0=NAME {ignore_index}=NAME` makes a data set'
        )


def check_images(
    dataset: BaseSegDataset,
    bands: Mapping[str, int] = MappingProxyType({}),
    max_files: int | None = None,
) -> None:
    """Refuse images of other bands than the model takes, and those that show nothing.

    Of each file the header is read, and pixels until one is valid. A dataset whose
    pipeline has no ``LoadRaster`` is left to its own loader.

    Args:
        dataset: Its ``get_data_info`` names the files.
        bands: How many the model takes, by who in it says so.
        max_files: If there are more, so many are looked at, evenly spaced; by default
            ``MOST_FILES``.

    Raises:
        ValueError: If a file has another number of bands, or no file a valid pixel.
        FileNotFoundError: If a file is missing.
    """
    loaders = [t for t in dataset.pipeline.transforms if isinstance(t, LoadRaster)]
    if not loaders:
        return

    def check(index: int) -> None:
        with open_raster(dataset.get_data_info(index)['img_path']) as raster:
            check_bands(raster, loaders[0].indexes(raster), bands)

    indices = _evenly(len(dataset), max_files or MOST_FILES)
    _for_each(check, indices)
    samples = map(dataset.get_data_info, indices)
    if not any(_shows_something(sample, loaders[0]) for sample in samples):
        raise ValueError(
            f'{len(indices)} images such as {dataset.get_data_info(0)["img_path"]} '
            'have no valid pixel: nodata, alpha or a mask say so of all of them'
        )


def check_bands(
    raster: DatasetReader, indexes: list[int], bands: Mapping[str, int]
) -> None:
    """Refuse a raster of which another number of bands is loaded than the model takes.

    Args:
        raster: An open one.
        indexes: Of the bands that are loaded.
        bands: How many the model takes, by who in it says so.

    Raises:
        ValueError: If so.
    """
    for owner, wanted in bands.items():
        if wanted != len(indexes):
            found = f'{len(indexes)} band{"s" if len(indexes) > 1 else ""}'
            raise ValueError(
                f'{raster.name}: {found}, expected {wanted} for {owner}: choose so '
                'many by LoadRaster(bands=[...]), or make a data set by `mmuda '
                'prepare`, which any backbone is widened for'
            )


def _shows_something(sample: dict, load: LoadRaster) -> bool:
    window = sample['window'].of_rasterio() if 'window' in sample else None
    with open_raster(sample['img_path']) as raster:
        return not invalid_pixels(raster, load.indexes(raster), window).all()


def _evenly(length: int, most: int) -> list[int]:
    return np.linspace(0, length - 1, min(length, most)).astype(int).tolist()


def _for_each(check: Callable[[int], T], indices: Iterable[int]) -> list[T]:
    with ThreadPoolExecutor() as pool:
        try:
            return list(pool.map(check, indices))
        finally:
            pool.shutdown(cancel_futures=True)  # after a bad file the rest is moot


def _size(sample: dict) -> tuple[int, int]:
    """Height and width of a sample, whose labels are as large as its image.

    Raises:
        ValueError: If it has no labels, or its scene has others.
    """
    if 'seg_map_path' not in sample:
        raise ValueError(f'{sample["img_path"]}: no labels, expected a seg_map_path')
    with open_raster(sample['img_path']) as image:
        size = image.shape
    if 'window' not in sample:
        return size
    with open_raster(sample['seg_map_path']) as labels:
        if labels.shape != size:
            raise ValueError(
                f'{sample["seg_map_path"]}: labels of {labels.height} x {labels.width} '
                f'pixels, expected {size[0]} x {size[1]} as in {sample["img_path"]}'
            )
    return sample['window'].height, sample['window'].width
