"""A data set of one's own, as ``mmuda prepare`` writes it."""

import csv
import json
from dataclasses import astuple
from functools import lru_cache
from pathlib import Path

from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS

from mmuda.datasets.windows import Box, Sample, window_keys
from mmuda.files import write_atomically

MANIFEST, WINDOWS = 'manifest.json', 'windows.csv'
IMAGES, LABELS = 'scenes', 'labels'
TRAIN, VAL = 'train', 'val'
_BOX = ('row', 'column', 'height', 'width')
COLUMNS = ('split', 'scene', *_BOX, *(f'cell_{key}' for key in _BOX), 'labelled')


@DATASETS.register_module()
class PreparedDataset(BaseSegDataset):
    """Windows of the scenes in a folder that ``mmuda prepare`` made.

    Classes, their colours and the labels' meaning are those of its manifest. Samples
    are read from the scenes, window by window; as what is learned from, windows without
    any label are left out.

    Args:
        data_root: The folder.
        split: ``'train'``, or ``'val'`` for what is held out.
        **kwargs: Those of MMSeg's ``BaseSegDataset``.

    Raises:
        FileNotFoundError: If there is no such folder, or it is not complete.
        ValueError: If it has no labels, or none of the split, that are asked for.
    """

    def __init__(self, data_root: str, split: str = TRAIN, **kwargs: object) -> None:
        self.manifest = read_manifest(data_root)
        self.split = split
        kwargs.setdefault('data_prefix', dict(img_path=IMAGES, seg_map_path=LABELS))
        classes, palette = (self.manifest[key] for key in ('classes', 'palette'))
        metainfo = dict(classes=tuple(classes), palette=palette) if classes else {}
        super().__init__(
            data_root=data_root,
            img_suffix='.tif',
            seg_map_suffix='.tif',
            metainfo={**metainfo, **(kwargs.pop('metainfo', None) or {})},
            **kwargs,
        )

    def load_data_list(self) -> list[dict]:
        """A sample per window."""
        asks_labels = 'seg_map_path' in self.data_prefix
        if asks_labels:
            self._check_labels()
        folder, labels = (
            Path(self.data_prefix.get(key, '')) for key in ('img_path', 'seg_map_path')
        )
        samples = []
        for split, scene, sample, labelled in read_windows(self.data_root):
            if split != self.split or (asks_labels and not labelled):
                continue
            found = dict(
                img_path=str(folder / f'{scene}.tif'),
                label_map=self.label_map,
                reduce_zero_label=self.reduce_zero_label,
                seg_fields=[],
                **window_keys(sample),
            )
            if asks_labels:
                found['seg_map_path'] = str(labels / f'{scene}.tif')
            samples.append(found)
        if not samples:
            raise ValueError(
                f'{self.data_root}: no windows in split {self.split!r}, expected some: '
                'prepare it with a --holdout'
            )
        return samples

    def _check_labels(self) -> None:
        if not self.manifest['labelled']:
            raise ValueError(
                f'{self.data_root} has no labels: it can be a target, to be a source '
                'prepare it with --labels'
            )
        if self.split == TRAIN and self.manifest['identity']['holdout']['share'] == 1:
            raise ValueError(
                f'{self.data_root} holds out all its labels (--holdout 1): it can be a '
                'target, not a source'
            )


@lru_cache(maxsize=32)
def _read(file: Path, changed_ns: int) -> dict:
    del changed_ns  # makes the cache forget what was written anew
    return json.loads(file.read_text())


def read_manifest(root: str | Path) -> dict:
    """What a prepared folder says of itself; not to be changed.

    Raises:
        FileNotFoundError: If it is not there, or was not completed.
    """
    file = Path(root, MANIFEST)
    if not file.is_file():
        begun = Path(root, 'unfinished.json').is_file()
        state = 'was begun, not completed' if begun else f'has no {MANIFEST}'
        raise FileNotFoundError(
            f'{root} {state}: make it by `mmuda prepare --scenes ... --out {root}`'
        )
    return _read(file, file.stat().st_mtime_ns)


def is_prepared(root: str | Path) -> bool:
    """Whether a folder was made, or begun, by ``mmuda prepare``."""
    return any(Path(root, name).is_file() for name in (MANIFEST, 'unfinished.json'))


def write_windows(root: str | Path, rows: list[tuple[str, str, Sample, bool]]) -> None:
    """Write ``windows.csv``: split, scene, window, cell, and if there are labels."""
    with write_atomically(Path(root, WINDOWS), newline='') as out:
        table = csv.writer(out)
        table.writerow(COLUMNS)
        for split, scene, sample, labelled in rows:
            boxes = (*astuple(sample.window), *astuple(sample.cell))
            table.writerow([split, scene, *boxes, int(labelled)])


def read_windows(root: str | Path) -> list[tuple[str, str, Sample, bool]]:
    """Read what :func:`write_windows` wrote."""
    with open(Path(root, WINDOWS), newline='') as text:
        _, *lines = csv.reader(text)
    return [
        (
            split,
            scene,
            Sample(Box(*map(int, boxes[:4])), Box(*map(int, boxes[4:]))),
            labelled == '1',
        )
        for split, scene, *boxes, labelled in lines
    ]
