"""How many pixels of each class every image of a dataset has."""

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mmseg.datasets import BaseSegDataset

from mmuda.datasets.domain import LABEL_LOADERS
from mmuda.files import write_atomically
from mmuda.pairing.mapping import ImageSet

FORMAT_VERSION = 1


@dataclass(frozen=True)
class ClassCounts:
    """Labelled pixels by image and class.

    On disk it is a CSV file, a row per image and a column per class, and beside it
    ``<file>.json``, the manifest: of what images it is.

    Args:
        images: Of the dataset.
        classes: Names of the classes.
        pixels: Their numbers, (images, classes); ignored pixels are left out.
    """

    images: ImageSet
    classes: tuple[str, ...]
    pixels: np.ndarray

    @classmethod
    def of(cls, dataset: BaseSegDataset) -> 'ClassCounts':
        """Count the labels of a dataset as its training pipeline loads them.

        Raises:
            ValueError: If it loads none, or one is not what it should be.
        """
        steps = getattr(dataset.pipeline, 'transforms', ())
        load = next(
            (s for s in steps if type(s).__name__.startswith(LABEL_LOADERS)), None
        )
        if load is None:
            raise ValueError(
                f'the pipeline of {type(dataset).__name__} loads no labels to count'
            )
        classes = tuple(dataset.metainfo['classes'])

        def count(index: int) -> np.ndarray:
            info = {**dataset.get_data_info(index), 'seg_fields': []}
            labels = load(info)['gt_seg_map']
            return np.bincount(labels.ravel(), minlength=256)[: len(classes)]

        with ThreadPoolExecutor() as pool:
            pixels = np.stack(list(pool.map(count, range(len(dataset)))))
        return cls(ImageSet.of(dataset), classes, pixels)

    def save(self, file: str | Path) -> None:
        """Write the counts and their manifest, the manifest first."""
        file = Path(file)
        file.parent.mkdir(parents=True, exist_ok=True)
        manifest = dict(
            version=FORMAT_VERSION,
            images=len(self.images.names),
            sha256=self.images.fingerprint,
        )
        with write_atomically(f'{file}.json', 'w') as out:
            json.dump(manifest, out, indent=2)
        with write_atomically(file, 'w', newline='') as out:
            writer = csv.writer(out)
            writer.writerow(('image', *self.classes))
            for name, row in zip(self.images.names, self.pixels, strict=True):
                writer.writerow((name, *row.tolist()))

    @classmethod
    def load(cls, file: str | Path, dataset: BaseSegDataset) -> 'ClassCounts':
        """Read the counts of a dataset.

        Raises:
            FileNotFoundError: If there is no such file, or no manifest.
            ValueError: If they are those of other images or classes, or damaged.
        """
        for part in (Path(file), Path(f'{file}.json')):
            if not part.is_file():
                raise FileNotFoundError(f'class counts {part} do not exist')
        images = ImageSet.of(dataset)
        try:
            manifest = json.loads(Path(f'{file}.json').read_text())
            with open(file, newline='') as lines:
                (_, *classes), *rows = csv.reader(lines)
            counts = {name: list(map(int, numbers)) for name, *numbers in rows}
            made_for = manifest['sha256']
        except (ValueError, KeyError) as error:
            raise ValueError(f'class counts {file} are damaged: {error}') from error
        wanted = tuple(dataset.metainfo['classes'])
        if made_for != images.fingerprint or tuple(classes) != wanted:
            raise ValueError(
                f'class counts {file} are of other images or classes: remove them to '
                'have them counted anew'
            )
        return cls(images, wanted, np.array([counts[name] for name in images.names]))
