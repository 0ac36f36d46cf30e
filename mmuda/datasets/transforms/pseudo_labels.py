"""Loading the labels that a model gave the target."""

import os
from pathlib import Path

import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from mmuda.datasets.rasters import open_raster
from mmuda.datasets.taxonomy import IGNORED
from mmuda.datasets.windows import window_path


def pseudo_label_name(sample: dict, root: str | Path) -> str:
    """Path of the pseudo labels of a sample below their folder.

    Args:
        sample: With ``img_path`` and, for a patch picked from a scene, ``patch``.
        root: Folder of the images.
    """
    image = sample['img_path']
    if 'patch' in sample:
        image = window_path(image, sample['patch'])
    return str(Path(os.path.relpath(image, root)).with_suffix('.png'))


@TRANSFORMS.register_module()
class LoadPseudoLabels(BaseTransform):
    """Load pseudo labels, after the image, as ``LoadLabels`` loads labels.

    ``tools/train.py`` puts it into the pipeline of the target of a config with
    ``pseudo_labels``. It reads nothing but its own folder: no path leads to the labels
    of the target.

    Required Keys:

    - img_path, ori_shape, seg_fields
    - patch, nodata (optional)

    Added Keys:

    - gt_seg_map (np.ndarray): Class ids, 255 where there is no label, (H, W), uint8.

    Args:
        folder: Folder of the labels.
        root: Folder of the images, below which both have the same names.

    Raises:
        FileNotFoundError: If an image has no pseudo labels.
        ValueError: If they are not of the size of the image.
    """

    def __init__(self, folder: str, root: str) -> None:
        self.folder = folder
        self.root = root

    def transform(self, results: dict) -> dict:
        """Load the labels of a sample."""
        file = Path(self.folder, pseudo_label_name(results, self.root))
        with open_raster(file) as raster:
            labels = raster.read(1)
        if labels.shape != tuple(results['ori_shape']):
            raise ValueError(
                f'{file}: pseudo labels of {labels.shape}, expected '
                f'{tuple(results["ori_shape"])} as in {results["img_path"]}'
            )
        if 'nodata' in results:
            labels[results['nodata']] = IGNORED
        results['gt_seg_map'] = labels.astype(np.uint8)
        results['seg_fields'].append('gt_seg_map')
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(folder={self.folder!r}, root={self.root!r})'
