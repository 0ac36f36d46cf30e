"""Pairs under a limit on how often a target image is used."""

import numpy as np
from scipy.optimize import linear_sum_assignment


def assign(similarities: np.ndarray, max_reuse: int) -> np.ndarray:
    """The mapping of the highest total similarity that uses no target too often.

    The arg max of Eq. 3 can send most source images to few targets. Here each target
    is the partner of at most ``max_reuse`` source images, an assignment problem.

    Args:
        similarities: Of each source image with each target, (N, M).
        max_reuse: R; each source image gets a partner, thus R M >= N.

    Returns:
        Index of the partner of each source image, (N,).

    Raises:
        ValueError: If there are too few targets for so few uses of each.
    """
    num_sources, num_targets = similarities.shape
    least = -(-num_sources // num_targets)
    if max_reuse < least:
        raise ValueError(
            f'max_reuse is {max_reuse}, expected at least {least}: {num_sources} '
            f'source images share {num_targets} target images'
        )
    # One column a use; no target is wanted more often than there are source images.
    uses = min(max_reuse, num_sources)
    _, columns = linear_sum_assignment(
        np.repeat(similarities, uses, axis=1), maximize=True
    )
    return columns // uses
