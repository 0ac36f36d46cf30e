"""Pairs of SYNTHIA-RAND-CITYSCAPES (Ros et al. 2016), as they are handed out.

``RGB/0000000.png`` ... and ``GT/LABELS/0000000.png`` ...: 9400 pairs of 1280 x 760
pixels. Labels have three channels of 16 bits: class, instance, and nothing; common
readers make 8 bits of them, which loses the classes. ``GT/COLOR`` is not used.
"""

from collections.abc import Sequence
from pathlib import Path

from mmuda.preparation.stored_files import StoredFiles
from mmuda.preparation.street.gta5 import split_first
from mmuda.preparation.street.layout import LabelFormat, Pair, pair_up

SYNTHIA_LABELS = LabelFormat('synthia_to_cityscapes19', bands=3, dtype='uint16')
TRAINED_BY_LSD = 9300


def synthia_pairs(
    sources: Sequence[str | Path], split: str = 'first-500'
) -> dict[str, list[Pair]]:
    """Pairs of each split.

    Args:
        sources: Archives unpacked or zipped, or folders with them.
        split: ``all`` trains on all images; ``first-500`` as well, and the first 500
            validate where SYNTHIA is the target (Russo et al. 2019); ``lsd`` trains on
            9300 and validates on the rest (Sankaranarayanan et al. 2018).

    Raises:
        FileNotFoundError: If there are no images or no labels.
        ValueError: If the split is unknown.
    """
    files = StoredFiles(sources)
    images = files.require('RGB', '.png', 'SYNTHIA_RAND_CITYSCAPES')
    labels = files.require('GT/LABELS', '.png', 'SYNTHIA_RAND_CITYSCAPES')
    pairs = pair_up(images, labels)
    if split == 'lsd':
        return {'train': pairs[:TRAINED_BY_LSD], 'val': pairs[TRAINED_BY_LSD:]}
    return split_first(pairs, split)
