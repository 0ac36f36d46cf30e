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

    count = min(len(dataset), max_files)
    indices = np.linspace(0, len(dataset) - 1, count).astype(int).tolist()
    with ThreadPoolExecutor() as pool:
        try:
            for _ in pool.map(check, indices):
                pass
        finally:
            pool.shutdown(cancel_futures=True)  # after a bad file the rest is moot
