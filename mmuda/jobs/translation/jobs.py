"""Translating folders of patches and whole scenes by a trained translator."""

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from rasterio.io import DatasetReader
from rich.progress import Progress
from torch import nn

from mmuda.datasets.checks import check_bands
from mmuda.datasets.rasters import open_raster
from mmuda.datasets.verified import is_whole
from mmuda.files import read_json, sha256_of, write_atomically
from mmuda.jobs.tiling import Part, Tiling, cut, fill_values, read_window
from mmuda.jobs.translation.tiling import Route, translate_batch, translate_rows
from mmuda.jobs.translation.writing import DRIVERS, band_indexes, write_translation
from mmuda.version import __version__

MANIFEST = 'manifest.json'
NOT_KNOWN = MappingProxyType({})  # bands, by who takes them


@dataclass(frozen=True)
class Job:
    """What is translated, by what and where to: what a manifest records.

    Args:
        files: The images, by the path below ``out`` that they are written to.
        out: Folder of the results.
        config: Config of the translator.
        checkpoint: Its checkpoint.
        route: From where to where.
        tiling: How to cut.
        amp: Whether the translator runs in half precision.
    """

    files: dict[str, Path]
    out: Path
    config: str
    checkpoint: Path
    route: Route
    tiling: Tiling
    amp: bool = False

    def manifest(self) -> dict:
        """What decides on the results."""
        tiling = asdict(self.tiling)
        del tiling['batch_size']
        folders = sorted({str(file.resolve().parent) for file in self.files.values()})
        return {
            'config': Path(self.config).name,
            'checkpoint': str(self.checkpoint),
            'checkpoint_sha256': sha256_of(self.checkpoint),
            'route': json.loads(json.dumps(asdict(self.route))),  # no tuples
            'tiling': tiling,
            'folders': folders,
            'amp': self.amp or None,  # as in manifests that do not have it
            'version': __version__,
        }


def output_name(file: Path) -> str:
    """Name of the translation of ``file``: its own, unless GDAL can not write that."""
    written = (*DRIVERS, '.tif', '.tiff')
    return file.name if file.suffix.lower() in written else f'{file.stem}.tif'


def named_outputs(files: Sequence[Path]) -> dict[str, Path]:
    """The files by the names of their translations.

    Raises:
        ValueError: If two would be written to one.
    """
    named: dict[str, Path] = {}
    for file in files:
        name = output_name(file)
        if name in named:
            raise ValueError(
                f'{named[name]} and {file} would both become {name}: rename one'
            )
        named[name] = file
    return named


def check_files(job: Job, bands: Mapping[str, int] = NOT_KNOWN) -> None:
    """Look at every file of a job before the first is translated; headers alone.

    Args:
        job: The job.
        bands: How many the translator takes, by who in it says so.

    Raises:
        FileNotFoundError: If one is missing, such as where a link leads nowhere.
        ValueError: If one can not be read, lacks a band, or is where its translation is
            to be.
    """
    for name, file in job.files.items():
        with open_raster(file) as raster:
            check_bands(raster, band_indexes(raster, job.route.bands), bands)
        if (job.out / name).resolve() == file.resolve():
            raise ValueError(
                f'the translation of {file} would take its place: let --out be another '
                'folder than --in'
            )


def translate_files(
    translator: nn.Module, job: Job, bands: Mapping[str, int] = NOT_KNOWN
) -> None:
    """Translate all files of a job that are not done.

    ``out/manifest.json`` is written first, so that a job that was stopped goes on
    with the first file that is not there, or not whole, and another job is refused.

    Args:
        translator: The model.
        job: What to translate.
        bands: How many the translator takes, by who in it says so.

    Raises:
        ValueError: If ``out`` holds the results of another job.
    """
    check_files(job, bands)
    begin(job.out, job.manifest())
    todo = {n: f for n, f in job.files.items() if not is_whole(job.out / n)}
    with Progress() as progress:
        done = len(job.files) - len(todo)
        bar = progress.add_task(f'{job.out}', total=len(job.files), completed=done)
        for batch in _batches(todo, job):
            if len(batch) == 1:
                _translate_file(translator, job, *batch[0], progress)
            else:
                _translate_patches(translator, job, batch)
            progress.advance(bar, len(batch))


def begin(out: Path, manifest: dict) -> None:
    """Write the manifest of a folder, or check that it is the one that is there."""
    file = out / MANIFEST
    if file.is_file():
        found = read_json(file)
        for key, value in manifest.items():
            # A checkpoint that was moved is the same one.
            if key != 'checkpoint' and found.get(key) != value:
                raise ValueError(
                    f'{file} was made with {key} {found.get(key)!r}, now it is '
                    f'{value!r}: choose another folder or remove this one'
                )
        return
    out.mkdir(parents=True, exist_ok=True)
    with write_atomically(file) as text:
        text.write(json.dumps(manifest, indent=2) + '\n')


def _batches(todo: dict[str, Path], job: Job) -> Iterator[list[tuple[str, Path]]]:
    """Neighbouring small files of the same size and type; large files alone."""
    batch, kind = [], None
    for name, file in todo.items():
        with open_raster(file) as raster:
            small = max(raster.shape) <= job.tiling.tile_px
            found = (raster.shape, raster.count, raster.dtypes[0])
            room = job.tiling.tile_px**2 // (raster.height * raster.width)
        if batch and (
            not small or found != kind or len(batch) >= room * job.tiling.batch_size
        ):
            yield batch
            batch = []
        batch.append((name, file))
        kind = found if small else None
    if batch:
        yield batch


def _translate_file(
    translator: nn.Module, job: Job, name: str, file: Path, progress: Progress
) -> None:
    with open_raster(file) as raster:
        tiles = [
            len(cut(n, job.tiling, translator.halo, translator.stride))
            for n in raster.shape
        ]
    bar = progress.add_task(file.name, total=int(np.prod(tiles)))

    def strips(raster: DatasetReader, indexes: list[int]) -> Iterable:
        return translate_rows(
            translator,
            raster,
            indexes,
            job.route,
            job.tiling,
            lambda count: progress.advance(bar, count),
        )

    write_translation(file, job.out / name, job.route.bands, strips)
    progress.remove_task(bar)


def _translate_patches(
    translator: nn.Module, job: Job, batch: list[tuple[str, Path]]
) -> None:
    """Translate small files of one size together."""
    loaded = []
    for _, file in batch:
        with open_raster(file) as raster:
            indexes = band_indexes(raster, job.route.bands)
            fill = fill_values(raster, indexes)
            sides = [(0, length) for length in raster.shape]
            loaded.append(read_window(raster, indexes, *sides, fill))
    images, valid = (np.stack(parts) for parts in zip(*loaded, strict=True))
    outputs = translate_batch(translator, images, valid, job.route)
    for (name, file), output in zip(batch, outputs, strict=True):
        whole = [(Part(*sides), output)]
        write_translation(
            file, job.out / name, job.route.bands, lambda *_, whole=whole: whole
        )


def layout(out: Path, images: Path, labels: Path | None) -> tuple[Path, Path]:
    """Folders below ``out`` for images and labels.

    With labels they lie as those they come from do below what both have in common:
    of ``city/img_dir/train`` and ``city/ann_dir/train``, ``out`` becomes ``city``.
    """
    if labels is None:
        return out, out
    images, labels = images.resolve(), labels.resolve()
    common = os.path.commonpath([images, labels])
    if Path(common) in (images, labels):
        raise ValueError(f'{images} and {labels} must be folders beside each other')
    return out / images.relative_to(common), out / labels.relative_to(common)


def link_labels(images: Sequence[Path], labels: Path, out: Path) -> None:
    """Link the label of each image into ``out``, or copy it where links can not be.

    Raises:
        FileNotFoundError: If an image has no label of its name.
    """
    by_stem = {file.stem: file for file in sorted(labels.glob('*')) if file.is_file()}
    out.mkdir(parents=True, exist_ok=True)
    for image in images:
        if image.stem not in by_stem:
            raise FileNotFoundError(f'{image} has no label {image.stem}.* in {labels}')
        label = by_stem[image.stem]
        link = out / label.name
        if link.exists():
            continue
        link.unlink(missing_ok=True)
        try:
            link.symlink_to(label.resolve())
        except OSError:
            shutil.copyfile(label, link)
