"""Looking through images and labels of a dataset before training starts."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from mmseg.datasets import BaseSegDataset
from rasterio.io import DatasetReader

from mmuda.datasets.rasters import invalid_pixels, open_raster
from mmuda.datasets.transforms.raster import LoadLabels, LoadRaster


def check_labels(
    dataset: BaseSegDataset,
    num_classes: int,
    ignore_index: int = 255,
    max_files: int = 10_000,
) -> None:
    """Refuse labels on which training would fail hours later, or learn nonsense.

    Args:
        dataset: Its ``get_data_info`` names the files.
        num_classes: Number of classes that the model tells apart.
        ignore_index: Id of the pixels to ignore.
        max_files: If there are more, so many are looked at, evenly spaced.

    Raises:
        ValueError: If the dataset has no labels; or, of the first bad file, the size is
            not that of its image or an id is not a class.
        FileNotFoundError: If a file is missing.
    """
    load = LoadLabels(ignore_index, num_classes)

    def check(index: int) -> None:
        sample = dataset.get_data_info(index)
        if 'seg_map_path' not in sample:
            raise ValueError(
                f'{sample["img_path"]}: no labels, expected a seg_map_path'
            )
        with open_raster(sample['img_path']) as image:
            load({**sample, 'seg_fields': [], 'ori_shape': image.shape})

    _for_each(check, _evenly(len(dataset), max_files))


def check_images(
    dataset: BaseSegDataset, bands: int | None = None, max_files: int = 10_000
) -> None:
    """Refuse images of other bands than the model takes, and those that show nothing.

    Of each file the header is read, and pixels until one is valid. A dataset whose
    pipeline has no ``LoadRaster`` is left to its own loader.

    Args:
        dataset: Its ``get_data_info`` names the files.
        bands: Of the images that the model takes; None if that is not known.
        max_files: If there are more, so many are looked at, evenly spaced.

    Raises:
        ValueError: If a file has another number of bands, or no file a valid pixel.
        FileNotFoundError: If a file is missing.
    """
    loaders = [t for t in dataset.pipeline.transforms if isinstance(t, LoadRaster)]
    if not loaders:
        return

    def file(index: int) -> str:
        return dataset.get_data_info(index)['img_path']

    def check(index: int) -> None:
        with open_raster(file(index)) as raster:
            check_bands(raster, loaders[0].indexes(raster), bands)

    indices = _evenly(len(dataset), max_files)
    _for_each(check, indices)
    if not any(_shows_something(file(index), loaders[0]) for index in indices):
        raise ValueError(
            f'{len(indices)} images such as {file(0)} have no valid pixel: nodata, '
            'alpha or a mask say so of all of them'
        )


def check_bands(raster: DatasetReader, indexes: list[int], bands: int | None) -> None:
    """Refuse a raster of which another number of bands is loaded than the model takes.

    Raises:
        ValueError: If so.
    """
    if bands is not None and len(indexes) != bands:
        found = f'{len(indexes)} band{"s" if len(indexes) > 1 else ""}'
        raise ValueError(
            f'{raster.name}: {found}, expected {bands} as the model takes them; say '
            'which by `bands` of LoadRaster'
        )


def _shows_something(file: str, load: LoadRaster) -> bool:
    with open_raster(file) as raster:
        return not invalid_pixels(raster, load.indexes(raster)).all()


def _evenly(length: int, most: int) -> list[int]:
    return np.linspace(0, length - 1, min(length, most)).astype(int).tolist()


def _for_each(check: Callable[[int], None], indices: Iterable[int]) -> None:
    with ThreadPoolExecutor() as pool:
        try:
            for _ in pool.map(check, indices):
                pass
        finally:
            pool.shutdown(cancel_futures=True)  # after a bad file the rest is moot
