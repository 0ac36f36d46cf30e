"""The file that says which target image goes with which source image."""

import csv
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmuda.files import write_atomically

FORMAT_VERSION = 1
COLUMNS = ('source', 'target', 'score')


@dataclass(frozen=True)
class ImageSet:
    """The images of a dataset, as a mapping refers to them.

    Args:
        names: Path of each image below the dataset's image folder.
        fingerprint: Changes when images are added, removed, renamed or redrawn.
    """

    names: tuple[str, ...]
    fingerprint: str

    @classmethod
    def of(cls, dataset: Any) -> 'ImageSet':
        """The images of an MMSeg dataset, in its order."""
        folder = dataset.data_prefix['img_path']
        paths = [dataset.get_data_info(i)['img_path'] for i in range(len(dataset))]
        names = tuple(os.path.relpath(path, folder) for path in paths)
        digest = hashlib.sha256()
        for name, path in zip(names, paths, strict=True):
            digest.update(f'{name}\0{os.path.getsize(path)}\n'.encode())
        return cls(names, digest.hexdigest())


@dataclass(frozen=True)
class Mapping:
    """M of the SemSim paper: a target image for every source image.

    On disk it is a CSV file with the columns ``source,target,score`` and beside it
    ``<file>.json``, the manifest: how it was made, from what.

    Args:
        source: Name of each source image.
        target: Name of its partner.
        score: Similarity of the pair, NaN where the strategy has none.
        manifest: ``strategy``, ``oracle`` (whether target labels were read),
            fingerprints and settings.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    score: tuple[float, ...]
    manifest: dict

    @classmethod
    def make(
        cls,
        source: ImageSet,
        target: ImageSet,
        partners: Sequence[int],
        scores: Sequence[float],
        settings: dict,
    ) -> 'Mapping':
        """A mapping between two sets of images.

        Args:
            source: All N source images.
            target: All M target images.
            partners: Index in ``target`` for each of ``source``, (N,).
            scores: Similarity of each pair, (N,).
            settings: What the manifest says besides the images.
        """
        manifest = {
            'version': FORMAT_VERSION,
            **settings,
            'source': {'images': len(source.names), 'sha256': source.fingerprint},
            'target': {'images': len(target.names), 'sha256': target.fingerprint},
            'distinct_targets': len(set(map(int, partners))),
        }
        names = tuple(target.names[int(i)] for i in partners)
        return cls(source.names, names, tuple(map(float, scores)), manifest)

    @property
    def described(self) -> str:
        """One line for logs and tables; says 'oracle' where target labels were read."""
        oracle = ' (ORACLE: target labels were read)' if self.manifest['oracle'] else ''
        return (
            f'{self.manifest["strategy"]} mapping{oracle}, {len(self.source)} source '
            f'images on {self.manifest["distinct_targets"]} target images'
        )

    def save(self, file: str | Path) -> None:
        """Write the mapping and its manifest, the manifest first."""
        file = Path(file)
        file.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(_manifest_file(file), 'w') as out:
            json.dump(self.manifest, out, indent=2)
        with write_atomically(file, 'w', newline='') as out:
            writer = csv.writer(out)
            writer.writerow(COLUMNS)
            writer.writerows(zip(self.source, self.target, self.score, strict=True))

    @classmethod
    def load(cls, file: str | Path) -> 'Mapping':
        """Read a mapping.

        Raises:
            FileNotFoundError: If the mapping or its manifest is missing.
            ValueError: If either is not what :meth:`save` writes.
        """
        file = Path(file)
        for part in (file, _manifest_file(file)):
            if not part.is_file():
                raise FileNotFoundError(
                    f'mapping {part} does not exist: make it with tools/pair.py'
                )
        try:
            manifest = json.loads(_manifest_file(file).read_text())
            with open(file, newline='') as lines:
                header, *rows = csv.reader(lines)
            source, target, score = zip(*rows, strict=True)
            scores = tuple(map(float, score))
        except ValueError as error:
            raise ValueError(f'mapping {file} is damaged: {error}') from error
        if tuple(header) != COLUMNS or manifest.get('version') != FORMAT_VERSION:
            raise ValueError(
                f'mapping {file} has columns {header} and version '
                f'{manifest.get("version")}, expected {list(COLUMNS)} and '
                f'{FORMAT_VERSION}'
            )
        return cls(source, target, scores, manifest)

    def indices(self, source: ImageSet, target: ImageSet) -> list[int]:
        """Index of the partner of each source image.

        Args:
            source: The images that the mapping is to be used with.
            target: Likewise.

        Returns:
            Indices into ``target``, one for each of ``source``.

        Raises:
            ValueError: If the mapping was made for other images, or these changed.
        """
        for domain, images in (('source', source), ('target', target)):
            made_for = self.manifest[domain]
            if made_for['sha256'] != images.fingerprint:
                raise ValueError(
                    f'the {self.manifest["strategy"]} mapping was made for other '
                    f'{domain} images: {made_for["images"]} of fingerprint '
                    f'{made_for["sha256"][:8]}, found {len(images.names)} of '
                    f'{images.fingerprint[:8]}; make it again with tools/pair.py'
                )
        partner = dict(zip(self.source, self.target, strict=True))
        index = {name: i for i, name in enumerate(target.names)}
        return [index[partner[name]] for name in source.names]


def _manifest_file(file: Path) -> Path:
    return file.with_name(file.name + '.json')
