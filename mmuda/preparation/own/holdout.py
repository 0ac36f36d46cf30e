"""Holding out a part of scenes in blocks, so that neighbours are not in both parts.

Pixels near one another are alike: a model that is measured beside what it was trained
on looks better than it is. So scenes are cut into blocks much larger than a window,
some are held out, and of those a margin towards their neighbours is left unused.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mmuda.datasets.windows import Box

DRAWS = 200


@dataclass(frozen=True)
class HoldOut:
    """What part of scenes measures instead of teaching.

    Args:
        share: Of the blocks. With 1 all labels measure, and none teaches.
        block_px: Height and width of a block.
        margin_px: What a held-out block leaves unused beside its neighbours.
        seed: Draws the blocks.

    Raises:
        ValueError: If a number can not be meant.
    """

    share: float
    block_px: int
    margin_px: int
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f'holdout must be between 0 and 1, got {self.share}')
        if self.margin_px < 0 or self.block_px <= 3 * self.margin_px:
            raise ValueError(
                f'blocks must be larger than three margins, got block_px '
                f'{self.block_px} and margin_px {self.margin_px}'
            )
        if self.seed < 0:
            raise ValueError(f'seed is {self.seed}, expected at least 0')


def blocks_of(height: int, width: int, block_px: int) -> list[Box]:
    """Cut a scene into blocks of about the same size."""
    rows, columns = (
        np.linspace(0, n, max(1, round(n / block_px)) + 1).round().astype(int).tolist()
        for n in (height, width)
    )
    return [
        Box(top, left, bottom - top, right - left)
        for top, bottom in pairwise(rows)
        for left, right in pairwise(columns)
    ]


def without_margin(block: Box, height: int, width: int, margin_px: int) -> Box:
    """A block less what lies beside its neighbours; the border of a scene has none."""
    top, left = (margin_px if start else 0 for start in (block.row, block.column))
    bottom, right = (
        0 if end == length else margin_px
        for end, length in (
            (block.row + block.height, height),
            (block.column + block.width, width),
        )
    )
    return Box(
        block.row + top,
        block.column + left,
        block.height - top - bottom,
        block.width - left - right,
    )


def choose_blocks(class_pixels: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Draw the blocks to hold out: of many draws the one whose classes are most alike.

    Args:
        class_pixels: Labelled pixels of each class in each block, (blocks, C).
        share: Of the blocks that have labels.
        seed: Of the draws.

    Returns:
        Whether a block is held out, bool (blocks,); blocks without labels never are.

    Raises:
        ValueError: If fewer than two blocks have labels.
    """
    labelled = np.flatnonzero(class_pixels.sum(1))
    if len(labelled) < 2:
        raise ValueError(
            f'{len(labelled)} blocks have labels, expected at least 2 to hold one out: '
            'make blocks smaller by --block-px, or hold out nothing by --holdout 0'
        )
    number = min(max(1, round(share * len(labelled))), len(labelled) - 1)
    rng = np.random.default_rng(seed)
    draws = [rng.choice(labelled, number, replace=False) for _ in range(DRAWS)]
    best = min(draws, key=lambda chosen: _unlikeness(class_pixels, chosen))
    held = np.zeros(len(class_pixels), bool)
    held[best] = True
    return held


def _unlikeness(class_pixels: np.ndarray, held: np.ndarray) -> float:
    """Difference of class shares between two parts; a class that one lacks adds 1."""
    inside = class_pixels[held].sum(0)
    outside = class_pixels.sum(0) - inside
    lacking = ((inside == 0) != (outside == 0)).sum()
    shares = inside / inside.sum(), outside / max(outside.sum(), 1)
    return np.abs(shares[0] - shares[1]).sum() + lacking
