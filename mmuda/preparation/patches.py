"""Patches of a scene: picked at random to train, side by side to validate.

Sect. 5.2 of Gritzner and Ostermann, "SemSim", 2020. The paper names translation,
rotation and shear with reflection at the border, but not their ranges. Ours: the
patch's centre is uniform over the scene, the rotation uniform over the full circle,
the shear uniform within 10 degrees to either side.
"""

import math

import cv2
import numpy as np

from mmuda.datasets.windows import origins
from mmuda.preparation.scene import Scene, in_band_groups

MAX_SHEAR_DEG = 10


def draw_placement(
    height: int, width: int, size_px: int, rng: np.random.Generator
) -> np.ndarray:
    """Choose at random where a patch lies in a scene of ``height`` x ``width`` pixels.

    Returns:
        Affine map from (column, row, 1) of the patch to (column, row) of the scene,
        shape (2, 3).
    """
    centre = rng.uniform((0, 0), (width - 1, height - 1))
    angle = rng.uniform(0, 2 * math.pi)
    shear = math.radians(rng.uniform(-MAX_SHEAR_DEG, MAX_SHEAR_DEG))
    cos, sin = math.cos(angle), math.sin(angle)
    linear = np.array([[cos, -sin], [sin, cos]]) @ [[1, math.tan(shear)], [0, 1]]
    middle = np.full(2, (size_px - 1) / 2)
    return np.column_stack([linear, centre - linear @ middle])


def draw_patch(
    scene: Scene, size_px: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a training patch at random; beyond the border the scene is reflected.

    Args:
        scene: Where to pick from.
        size_px: Height and width of the patch.
        rng: All that the choice depends on besides the scene.

    Returns:
        Image by bilinear interpolation, shape (size_px, size_px, B), and labels of
        the nearest pixels, shape (size_px, size_px), both uint8.
    """
    placement = draw_placement(*scene.labels.shape, size_px, rng)
    return (
        cut_image(scene.image, placement, size_px),
        cut_labels(scene.labels, placement, size_px),
    )


def cut_image(image: np.ndarray, placement: np.ndarray, size_px: int) -> np.ndarray:
    """The patch of an image (H, W, B) at a placement, by bilinear interpolation."""
    return in_band_groups(
        image, lambda group: _cut(group, placement, size_px, cv2.INTER_LINEAR)
    )


def cut_labels(labels: np.ndarray, placement: np.ndarray, size_px: int) -> np.ndarray:
    """The patch of a label map (H, W) at a placement, by the nearest pixel."""
    return _cut(labels, placement, size_px, cv2.INTER_NEAREST)


def _cut(
    pixels: np.ndarray, placement: np.ndarray, size_px: int, interpolation: int
) -> np.ndarray:
    return cv2.warpAffine(
        np.ascontiguousarray(pixels),
        placement,
        (size_px, size_px),
        flags=interpolation | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )


def window_origins(
    height: int, width: int, size_px: int, overlap_px: int = 0
) -> list[tuple[int, int]]:
    """Upper-left (row, column) of windows that cover a scene without padding.

    Neighbouring windows share ``overlap_px`` pixels; the last row and column are moved
    inwards and share more.

    Raises:
        ValueError: If the scene is smaller than a window.
    """
    if min(height, width) < size_px:
        raise ValueError(
            f'scene of {height} x {width} pixels is smaller than a window of '
            f'{size_px} x {size_px}'
        )
    rows, columns = (origins(length, size_px, overlap_px) for length in (height, width))
    return [(row, column) for row in rows for column in columns]
