"""Pairs of Cityscapes (Cordts et al. 2016), as they are handed out.

``leftImg8bit/{train,val}/<city>/*_leftImg8bit.png`` and
``gtFine/{train,val}/<city>/*_gtFine_labelIds.png``: 2975 and 500 pairs of 2048 x 1024
pixels. The labels of the test split are not public.
"""

from collections.abc import Sequence
from pathlib import Path

from mmuda.preparation.stored_files import StoredFiles
from mmuda.preparation.street.layout import LabelFormat, Pair, pair_up

CITYSCAPES_LABELS = LabelFormat('cityscapes34_to_cityscapes19')
SPLITS = ('train', 'val')


def cityscapes_pairs(
    sources: Sequence[str | Path], unlabelled: Sequence[str] = ()
) -> dict[str, list[Pair]]:
    """Pairs of each split.

    Args:
        sources: ``leftImg8bit_trainvaltest.zip`` and ``gtFine_trainvaltest.zip``, or
            folders with them or their content.
        unlabelled: Splits of which images alone are wanted.

    Raises:
        FileNotFoundError: If there are no images or no labels.
    """
    files = StoredFiles(sources)
    pairs = {}
    for split in SPLITS:
        images = files.require(
            f'leftImg8bit/{split}',
            '_leftImg8bit.png',
            'leftImg8bit_trainvaltest.zip',
            1,
        )
        labels = None
        if split not in unlabelled:
            labels = files.require(
                f'gtFine/{split}', '_gtFine_labelIds.png', 'gtFine_trainvaltest.zip', 1
            )
        pairs[split] = pair_up(images, labels)
    return pairs
