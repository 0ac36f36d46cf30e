"""The file that says which target image goes with which source image."""

import csv
import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mmuda.files import read_json, write_atomically

FORMAT_VERSION = 2
COLUMNS = ('source', 'rank', 'target', 'score')


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
        names, digest, size_of = [], hashlib.sha256(), cache(os.path.getsize)
        for index in range(len(dataset)):
            info = dataset.get_data_info(index)
            name = os.path.relpath(info['img_path'], folder)
            if 'patch' in info:  # picked from a scene when it is loaded
                name = f'{name}#{info["patch"]}'
            names.append(name)
            digest.update(f'{name}\0{size_of(info["img_path"])}\n'.encode())
        return cls(tuple(names), digest.hexdigest())


@dataclass(frozen=True)
class Mapping:
    """M of the SemSim paper: a target image for every source image, or the k best.

    On disk it is a CSV file with the columns ``source,rank,target,score``, rank 1 the
    best, and beside it ``<file>.json``, the manifest: how it was made, from what.

    Args:
        source: Name of each source image, N of them.
        target: Names of its k partners, best first.
        score: Similarity of each pair, higher is better; NaN where the strategy has
            none.
        manifest: ``strategy``, ``oracle`` (whether target labels were read),
            fingerprints and settings.
    """

    source: tuple[str, ...]
    target: tuple[tuple[str, ...], ...]
    score: tuple[tuple[float, ...], ...]
    manifest: dict

    @classmethod
    def make(
        cls,
        source: ImageSet,
        target: ImageSet,
        partners: np.ndarray,
        scores: np.ndarray,
        settings: dict,
    ) -> 'Mapping':
        """A mapping between two sets of images.

        Args:
            source: All N source images.
            target: All M target images.
            partners: Indices in ``target`` for each of ``source``, (N, k).
            scores: Similarity of each pair, (N, k).
            settings: What the manifest says besides the images.
        """
        uses = np.unique(partners[:, 0], return_counts=True)[1]
        manifest = {
            'version': FORMAT_VERSION,
            **settings,
            'source': {'images': len(source.names), 'sha256': source.fingerprint},
            'target': {'images': len(target.names), 'sha256': target.fingerprint},
            'top_k': partners.shape[1],
            'distinct_targets': len(uses),
            'most_uses': int(uses.max()),
        }
        names = tuple(tuple(target.names[i] for i in row) for row in partners)
        values = tuple(tuple(map(float, row)) for row in scores)
        return cls(source.names, names, values, manifest)

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
            for name, *partners in zip(
                self.source, self.target, self.score, strict=True
            ):
                pairs = zip(*partners, strict=True)
                writer.writerows(
                    (name, rank, *pair) for rank, pair in enumerate(pairs, start=1)
                )

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
            manifest = read_json(_manifest_file(file))
            with open(file, newline='') as lines:
                header, *rows = csv.reader(lines)
            if tuple(header) == COLUMNS and manifest.get('version') == FORMAT_VERSION:
                _check_manifest(manifest)
                mapping = cls(*_by_source(rows, manifest['top_k']), manifest)
                mapping._check_rows()
                return mapping
        except (ValueError, csv.Error) as error:
            raise ValueError(f'mapping {file} is damaged: {error}') from error
        raise ValueError(
            f'mapping {file} has columns {header} and version '
            f'{manifest.get("version")}, expected {list(COLUMNS)} and '
            f'{FORMAT_VERSION}; make it again with tools/pair.py'
        )

    def _check_rows(self) -> None:
        images = self.manifest['source']['images']
        if len(self.source) != images or len(set(self.source)) != images:
            raise ValueError(
                f'{len(set(self.source))} source images in {len(self.source)} places, '
                f'expected each of {images} in one'
            )

    def indices(self, source: ImageSet, target: ImageSet) -> np.ndarray:
        """Indices of the partners of each source image, best first.

        Args:
            source: The images that the mapping is to be used with.
            target: Likewise.

        Returns:
            Indices into ``target``, one row for each of ``source``, (N, k).

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
        partners = dict(zip(self.source, self.target, strict=True))
        index = {name: i for i, name in enumerate(target.names)}
        try:
            rows = [[index[t] for t in partners[name]] for name in source.names]
        except KeyError as error:
            raise ValueError(
                f'the {self.manifest["strategy"]} mapping is damaged: {error} is none '
                'of the images that it was made for; make it again with tools/pair.py'
            ) from error
        return np.array(rows)


def _manifest_file(file: Path) -> Path:
    return file.with_name(file.name + '.json')


def _check_manifest(manifest: dict) -> None:
    kinds = dict(strategy=str, oracle=bool, top_k=int, source=dict, target=dict)
    for key, kind in kinds.items():
        if not isinstance(manifest.get(key), kind):
            raise ValueError(
                f'its manifest says {key} {manifest.get(key)!r}, expected a '
                f'{kind.__name__}'
            )
    if manifest['top_k'] < 1:
        raise ValueError(f'its manifest says top_k {manifest["top_k"]}')
    for domain in ('source', 'target'):
        if not {'images', 'sha256'} <= set(manifest[domain]):
            raise ValueError(f'its manifest does not say which {domain} images')


def _by_source(rows: list[list[str]], top_k: int) -> tuple[tuple, tuple, tuple]:
    """Source names, and the names and scores of their ``top_k`` partners each."""
    if len(rows) % top_k:
        raise ValueError(f'{len(rows)} rows, expected {top_k} for each source image')
    groups = [rows[i : i + top_k] for i in range(0, len(rows), top_k)]
    ranks = [str(rank) for rank in range(1, top_k + 1)]
    sources, targets, scores = [], [], []
    for group in groups:
        names, found, partners, values = zip(*group, strict=True)
        if len(set(names)) > 1 or list(found) != ranks:
            raise ValueError(f'rows of {names[0]} do not have ranks 1 to {top_k}')
        sources.append(names[0])
        targets.append(partners)
        scores.append(tuple(map(float, values)))
    return tuple(sources), tuple(targets), tuple(scores)
