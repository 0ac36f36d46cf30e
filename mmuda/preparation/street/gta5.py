"""Pairs of GTA5 (Richter et al. 2016), as they are handed out.

Ten zips ``01_images.zip`` ... with ``images/00001.png`` ... and ten with
``labels/00001.png`` ..., palette images of class ids: 24,966 pairs of nominally 1914 x
1052 pixels. Some differ in size from their labels, and some images are missing.
"""

from collections.abc import Sequence
from pathlib import Path

from mmuda.preparation.stored_files import StoredFiles
from mmuda.preparation.street.layout import LabelFormat, Pair, pair_up

GTA5_LABELS = LabelFormat('gta5_to_cityscapes19')
SPLITS = ('first-500', 'all', 'lsd')
FIRST_VALIDATED_BY_LSD = 24_000
MAT_SPLITS = {'train': 'trainIds', 'val': 'valIds', 'test': 'testIds'}


def gta5_pairs(
    sources: Sequence[str | Path], split: str = 'first-500'
) -> dict[str, list[Pair]]:
    """Pairs of each split.

    Args:
        sources: Zips as handed out, or folders with them or their content.
        split: ``all`` trains on all images; ``first-500`` as well, and the first 500
            validate where GTA5 is the target (Russo et al. 2019 use 500 and do not say
            which); ``lsd`` validates on the images from 24000 on
            (Sankaranarayanan et al. 2018); or the authors' ``split.mat``.

    Raises:
        FileNotFoundError: If there are no images or no labels, or no such split file.
        ValueError: If the split is unknown or does not fit.
    """
    files = StoredFiles(sources)
    images = files.require('images', '.png', '01_images.zip to 10_images.zip')
    labels = files.require('labels', '.png', '01_labels.zip to 10_labels.zip')
    pairs = pair_up(images, labels)
    if split.endswith('.mat'):
        numbers, by_number = read_split_mat(split), _by_number(pairs)
        return {
            s: [by_number.get(n, Pair(f'{n:05d}', None, None)) for n in numbers[s]]
            for s in numbers
        }
    if split == 'lsd':
        by_number = _by_number(pairs)
        train = [n for n in by_number if n < FIRST_VALIDATED_BY_LSD]
        return {
            'train': [by_number[n] for n in train],
            'val': [by_number[n] for n in sorted(set(by_number) - set(train))],
        }
    return split_first(pairs, split)


def split_first(pairs: list[Pair], split: str) -> dict[str, list[Pair]]:
    """All pairs to train, and with ``first-500`` the first 500 to validate as well.

    Raises:
        ValueError: If the split is neither this nor ``all``.
    """
    if split not in ('all', 'first-500'):
        raise ValueError(
            f'split must be one of {", ".join(SPLITS)} (of GTA5 also a .mat file), got '
            f'{split!r}'
        )
    return {'train': pairs} | ({'val': pairs[:500]} if split != 'all' else {})


def _by_number(pairs: list[Pair]) -> dict[int, Pair]:
    odd = [pair.name for pair in pairs if not pair.name.isdecimal()]
    if odd:
        raise ValueError(f'image {odd[0]}.png: expected a number, such as 00001.png')
    return {int(pair.name): pair for pair in pairs}


def read_split_mat(file: str | Path) -> dict[str, list[int]]:
    """Numbers of the images of each split, from the authors' ``split.mat``.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such file.
    """
    from scipy.io import loadmat

    if not Path(file).is_file():
        raise FileNotFoundError(f'{file}: no such file, expected split.mat of GTA5')
    try:
        content = loadmat(file)
        return {s: content[key].ravel().tolist() for s, key in MAT_SPLITS.items()}
    except (ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise ValueError(
            f'{file}: not the split.mat of GTA5, expected '
            f'{", ".join(MAT_SPLITS.values())} ({error})'
        ) from error
