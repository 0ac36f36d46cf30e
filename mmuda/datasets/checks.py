"""Looking through a dataset's labels before training starts."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from mmseg.datasets import BaseSegDataset

from mmuda.datasets.rasters import open_raster
from mmuda.datasets.transforms.raster import LoadLabels


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
            not that of its image or an id is not a class; or if all are 0 or ignored.
        FileNotFoundError: If a file is missing.
    """
    load = LoadLabels(ignore_index, num_classes)

    def check(index: int) -> set[int]:
        sample = dataset.get_data_info(index)
        size = _size(sample)
        labels = load({**sample, 'seg_fields': [], 'ori_shape': size})['gt_seg_map']
        return set(np.flatnonzero(np.bincount(labels.ravel())).tolist())

    count, found = min(len(dataset), max_files), set()
    indices = np.linspace(0, len(dataset) - 1, count).astype(int).tolist()
    with ThreadPoolExecutor() as pool:
        try:
            for ids in pool.map(check, indices):
                found |= ids
        finally:
            pool.shutdown(cancel_futures=True)  # after a bad file the rest is moot
    if found == {0, ignore_index} and num_classes > 1:
        raise ValueError(
            f'{dataset.data_prefix["seg_map_path"]}: all labels are 0 or '
            f'{ignore_index}, which means ignored, so that nothing is learned but '
            f'{dataset.metainfo["classes"][0]}; if {ignore_index} stands for a class, '
            f'`mmuda prepare --values 0=NAME {ignore_index}=NAME` makes a data set'
        )


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
