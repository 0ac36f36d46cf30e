"""Looking for seams in a translated scene."""

import numpy as np


def step_ratio(image, tile_px):
    """Mean absolute step across tile borders over that across all other lines.

    Args:
        image: Shape (bands, H, W).
        tile_px: Tiles begin at its multiples.
    """
    at, elsewhere = [], []
    for axis in (1, 2):
        steps = np.abs(np.diff(image.astype(float), axis=axis))
        by_line = steps.mean(axis=tuple({0, 1, 2} - {axis}))
        lines = np.arange(1, image.shape[axis])
        border = lines % tile_px == 0
        at.append(by_line[border])
        elsewhere.append(by_line[~border])
    return np.concatenate(at).mean() / np.concatenate(elsewhere).mean()
