"""Street scenes on disk, as training reads them.

Layout, below one folder::

    img_dir/{train,val}/<name>.png     links to the images as handed out
    ann_dir/{train,val}/<name>.png     train ids from 0, 255 = ignored
    skipped.csv                        pairs that were left out, and why
    manifest.json                      written last: it says "complete"
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import Progress

from mmuda.datasets.rasters import open_raster
from mmuda.datasets.taxonomy import (
    IGNORED,
    Taxonomy,
    TaxonomyMapping,
    read_mapping,
    read_taxonomy,
    to_train_ids,
)
from mmuda.files import write_atomically
from mmuda.preparation.records import refuse_other, write_json
from mmuda.preparation.stored_files import StoredFile
from mmuda.version import __version__

MANIFEST_VERSION = 1
SKIPPED_HEADER = ('split', 'name', 'image', 'label', 'why')


@dataclass(frozen=True)
class Pair:
    """An image and its label image, as handed out.

    Args:
        name: Name without suffix, in the data set that is written.
        image: The image; None if there is a label image only.
        label: The label image; None if there is none.
    """

    name: str
    image: StoredFile | None
    label: StoredFile | None


@dataclass(frozen=True)
class LabelFormat:
    """How the label images of a data set hold ids.

    Args:
        taxonomy: Name of the taxonomy of the ids, or of a mapping from it, which is
            then applied.
        bands: Number of bands; the first holds the ids.
        dtype: Type of the bands.
    """

    taxonomy: str
    bands: int = 1
    dtype: str = 'uint8'

    def space(self) -> Taxonomy | TaxonomyMapping:
        """The taxonomy or mapping."""
        read = read_mapping if '_to_' in self.taxonomy else read_taxonomy
        return read(self.taxonomy)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes of the train ids."""
        space = self.space()
        return (space.target if isinstance(space, TaxonomyMapping) else space).classes

    def read(self, label: StoredFile) -> np.ndarray:
        """Ids as stored, shape (H, W).

        Raises:
            ValueError: If the file is not of this format.
        """
        with open_raster(str(label)) as raster:
            if (raster.count, raster.dtypes[0]) != (self.bands, self.dtype):
                raise ValueError(
                    f'{label}: {raster.count} bands of {raster.dtypes[0]}, expected '
                    f'{self.bands} of {self.dtype} with class ids in the first'
                )
            return raster.read(1)


def pair_up(
    images: Mapping[str, StoredFile], labels: Mapping[str, StoredFile] | None
) -> list[Pair]:
    """Images and label images of the same name, and those that have no partner.

    Args:
        images: By name.
        labels: By name; None if no labels are wanted.
    """
    names = sorted({*images, *(labels or ())})
    return [Pair(n, images.get(n), (labels or {}).get(n)) for n in names]


def prepare_street(
    root: str | Path,
    name: str,
    splits: Mapping[str, Sequence[Pair]],
    label_format: LabelFormat,
    unlabelled: Sequence[str] = (),
    copy: bool = False,
) -> None:
    """Write a data set of street scenes; go on where an interrupted run stopped.

    Pairs of which one part is missing, or whose sizes differ, are left out; they are
    listed in ``skipped.csv``, and how many there are is printed.

    Args:
        root: Folder to write to.
        name: Of the data set. It is recorded, so that another one is not mixed in.
        splits: Pairs of each split.
        label_format: How the label images hold ids.
        unlabelled: Splits of which images alone are wanted.
        copy: Whether to copy images instead of linking them.

    Raises:
        ValueError: If ``root`` holds or began another data set, a label image is not of
            the format or has an unknown id, or a split would be empty.
    """
    root = Path(root)
    identity = _identity(name, splits, label_format, unlabelled)
    manifest_file, unfinished_file = root / 'manifest.json', root / 'unfinished.json'
    refuse_other(root, [manifest_file, unfinished_file], identity)
    if manifest_file.is_file():
        Console().print(f'{root} is complete, nothing to do', soft_wrap=True)
        return
    root.mkdir(parents=True, exist_ok=True)
    write_json(unfinished_file, {'identity': identity})
    label_map = label_format.space().label_map()
    held, skipped = {}, []
    with Progress() as progress:
        task = progress.add_task(name, total=sum(map(len, splits.values())))
        advance = partial(progress.advance, task)
        for split, pairs in splits.items():
            writer = _Writer(
                root, split, label_format, label_map, split in unlabelled, copy
            )
            held[split], left_out = _write_split(writer, pairs, advance)
            skipped += left_out
    _write_skipped(root / 'skipped.csv', skipped)
    made = {'mmuda': __version__, 'identity': identity, 'classes': label_format.classes}
    write_json(manifest_file, {**made, 'skipped': len(skipped), **held})
    unfinished_file.unlink()
    _report(root, held, skipped)


def _identity(
    name: str,
    splits: Mapping[str, Sequence[Pair]],
    label_format: LabelFormat,
    unlabelled: Sequence[str],
) -> dict:
    return {
        'manifest_version': MANIFEST_VERSION,
        'name': name,
        'labels': label_format.taxonomy,
        'unlabelled': sorted(unlabelled),
        'pairs': {split: _digest(pairs) for split, pairs in splits.items()},
    }


def _digest(pairs: Sequence[Pair]) -> list:
    names = '\n'.join(pair.name for pair in pairs)
    return [len(pairs), hashlib.sha256(names.encode()).hexdigest()[:16]]


@dataclass(frozen=True)
class _Writer:
    root: Path
    split: str
    label_format: LabelFormat
    label_map: dict[int, int]
    unlabelled: bool
    copy: bool

    def __call__(self, pair: Pair) -> np.ndarray | str:
        """Write a pair unless it is there: pixels of each id, or why it is left out."""
        if pair.image is None:
            return 'no image'
        suffix = Path(pair.image.member or pair.image.path).suffix
        image_file = self.root / 'img_dir' / self.split / f'{pair.name}{suffix}'
        label_file = self.root / 'ann_dir' / self.split / f'{pair.name}.png'
        if self.unlabelled:
            if not image_file.is_file():
                pair.image.put(image_file, self.copy)
            return np.zeros(IGNORED + 1, np.int64)
        if pair.label is None:
            return 'no label image'
        if image_file.is_file() and label_file.is_file():
            return _count(cv2.imread(str(label_file), cv2.IMREAD_UNCHANGED))
        ids = self.label_format.read(pair.label)
        with open_raster(str(pair.image)) as image:
            size = image.shape
        if ids.shape != size:
            return f'label of {_size(ids.shape)} pixels, image of {_size(size)}'
        train_ids = to_train_ids(ids, self.label_map, pair.label)
        pair.image.put(image_file, self.copy)
        label_file.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(label_file, 'wb') as out:
            out.write(cv2.imencode('.png', train_ids)[1].tobytes())
        return _count(train_ids)


def _size(shape: tuple[int, int]) -> str:
    return f'{shape[1]} x {shape[0]}'


def _count(train_ids: np.ndarray) -> np.ndarray:
    return np.bincount(train_ids.ravel(), minlength=IGNORED + 1)


def _write_split(
    writer: _Writer, pairs: Sequence[Pair], advance: partial
) -> tuple[dict, list[tuple]]:
    """What a split holds, and rows of the pairs that were left out."""
    results = _in_threads(writer, pairs, advance)
    left_out = [
        (writer.split, pair.name, pair.image or '', pair.label or '', why)
        for pair, why in zip(pairs, results, strict=True)
        if isinstance(why, str)
    ]
    counts = [result for result in results if not isinstance(result, str)]
    if not counts:
        raise ValueError(
            f'split {writer.split}: none of {len(pairs)} pairs can be used, expected '
            f'some ({left_out[0][-1] if left_out else "there is no image"})'
        )
    return _summary(counts, writer), left_out


def _in_threads(
    write: _Writer, pairs: Sequence[Pair], advance: partial
) -> list[np.ndarray | str]:
    results = []
    with ThreadPoolExecutor() as pool:
        try:
            for result in pool.map(write, pairs):
                results.append(result)
                advance()
        finally:
            pool.shutdown(cancel_futures=True)  # after a bad file the rest is moot
    return results


def _summary(counts: list[np.ndarray], writer: _Writer) -> dict[str, object]:
    if writer.unlabelled:
        return {'images': len(counts), 'class_pixels': None}
    pixels = np.sum(counts, axis=0)
    classes = writer.label_format.classes
    named = {c: int(pixels[train_id]) for train_id, c in enumerate(classes)}
    return {
        'images': len(counts),
        'class_pixels': {**named, 'ignored': int(pixels[IGNORED])},
    }


def _write_skipped(file: Path, skipped: Sequence[tuple]) -> None:
    with write_atomically(file, newline='') as out:
        csv.writer(out).writerows([SKIPPED_HEADER, *skipped])


def _report(root: Path, held: dict[str, dict], skipped: Sequence[tuple]) -> None:
    console = Console(soft_wrap=True)
    for split, holds in held.items():
        console.print(f'{split}: {holds["images"]} images')
    for (split, why), count in sorted(Counter((s[0], s[-1]) for s in skipped).items()):
        console.print(f'{split}: skipped {count}, {why}')
    if skipped:
        console.print(
            f'the {len(skipped)} skipped pairs are listed in {root}/skipped.csv'
        )
