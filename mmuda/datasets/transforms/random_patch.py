"""Loading patches that are cut from a prepared scene, not stored."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from mmuda.preparation.city import patch_rng
from mmuda.preparation.patches import cut_image, cut_labels, draw_placement
from mmuda.preparation.scene import Scene, read_scene

# A city of the SemSim paper trains on 10 images.
_read_scene = lru_cache(maxsize=10)(read_scene)


def _place(results: dict) -> tuple[Scene, np.ndarray]:
    """The scene of a sample and where its patch lies in it."""
    file = Path(results['img_path'])
    scene = _read_scene(file.with_suffix(''))
    rng = patch_rng(results['seed'], file.stem, results['patch'])
    size = results['size_px']
    return scene, draw_placement(*scene.labels.shape, size, rng)


@TRANSFORMS.register_module()
class LoadRandomPatch(BaseTransform):
    """Load the image of a patch by drawing it from its scene.

    Required Keys:

    - img_path, patch, seed, size_px (of ``CityDataset`` with ``random_patches``)

    Added Keys:

    - img (np.ndarray): Shape (size_px, size_px, B), uint8.
    - img_shape, ori_shape (tuple): Height and width.

    Args:
        bands: Names of the bands in the order asked for; None for all.

    Raises:
        ValueError: If a band is not in the scene, or it can not be read.
        FileNotFoundError: If there is no such scene.
    """

    def __init__(self, bands: Sequence[str] | None = None) -> None:
        self.bands = bands

    def transform(self, results: dict) -> dict:
        """Cut the image of a sample."""
        scene, placement = _place(results)
        missing = set(self.bands or ()) - set(scene.bands)
        if missing:
            raise ValueError(
                f'{results["img_path"]}: no band {sorted(missing)[0]!r}, expected one '
                f'of {", ".join(scene.bands)}'
            )
        image = cut_image(scene.image, placement, results['size_px'])
        if self.bands:
            image = image[..., [scene.bands.index(band) for band in self.bands]]
        results['img'] = np.ascontiguousarray(image)
        results['img_shape'] = results['ori_shape'] = image.shape[:2]
        return results


@TRANSFORMS.register_module()
class LoadRandomPatchLabels(BaseTransform):
    """Load the labels of a patch by drawing them from its scene.

    Required Keys:

    - img_path, patch, seed, size_px, seg_fields

    Added Keys:

    - gt_seg_map (np.ndarray): Ids, 255 = ignored, shape (size_px, size_px), uint8.
    """

    def transform(self, results: dict) -> dict:
        """Cut the labels of a sample."""
        scene, placement = _place(results)
        labels = cut_labels(scene.labels, placement, results['size_px'])
        results['gt_seg_map'] = labels
        results['ori_shape'] = labels.shape
        results['seg_fields'].append('gt_seg_map')
        return results
