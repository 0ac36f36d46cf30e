"""Translating folders of patches and whole scenes by a trained translator."""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import rasterio
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import load_state_dict
from mmseg.registry import MODELS
from rasterio.enums import MaskFlags
from rasterio.io import DatasetReader, DatasetWriter, MemoryFile
from rasterio.shutil import copy as copy_raster
from rasterio.windows import Window
from rich.progress import Progress
from torch import Tensor, nn

from mmuda.datasets.rasters import invalid_pixels, open_raster
from mmuda.datasets.transforms import LoadRaster
from mmuda.engine.checkpoint import load_checked
from mmuda.engine.tiling import (
    BLOCK_PX,
    Route,
    Tiling,
    cut,
    fill_values,
    read_rows,
    translate_batch,
    translate_rows,
)
from mmuda.files import sha256_of, write_atomically
from mmuda.version import __version__

MANIFEST = 'manifest.json'
SUFFIXES = ('.tif', '.tiff', '.png', '.jpg', '.jpeg', '.jp2', '.img', '.vrt')
DRIVERS = {'.png': 'PNG', '.jpg': 'JPEG', '.jpeg': 'JPEG'}  # all others: GeoTIFF
CACHE_MIB = 256  # of GDAL, which takes a twentieth of the memory otherwise


def load_translator(cfg: Config, checkpoint: str | Path) -> nn.Module:
    """The translator of a config with the weights of a checkpoint, on the GPU if any.

    Raises:
        ValueError: If the model of the config does not translate, or the checkpoint
            is another model's.
    """
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    if not is_translator(cfg):
        raise ValueError(f'{cfg.filename} trains a {cfg.model.type}, no translator')
    translator = MODELS.build(cfg.model)
    load_weights(translator, checkpoint, cfg.filename)
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    return translator.to(device).eval()


def load_weights(model: nn.Module, checkpoint: str | Path, config: str) -> None:
    """Load all weights of a model, checked.

    Raises:
        ValueError: If the checkpoint lacks one.
    """
    weights = load_checked(checkpoint, map_location='cpu')['state_dict']
    missing = sorted(model.state_dict().keys() - weights.keys())
    if missing:
        raise ValueError(f'{checkpoint} does not fit {config}: it lacks {missing[0]}')
    load_state_dict(model, weights)


def is_translator(cfg: Config) -> bool:
    """Whether the model of a config translates images."""
    return hasattr(MODELS.get(cfg.model.type), 'translate')


def bands_of(cfg: Config, domain: str) -> tuple[str | int, ...] | None:
    """The bands that a config loads of a domain's images."""
    dataset = cfg.train_dataloader.dataset[domain]
    for step in dataset.get('pipeline', ()):
        if step['type'] == 'LoadRaster' and step.get('bands') is not None:
            return tuple(step['bands'])
    return None


def to_dtype(images: Tensor, dtype: np.dtype | str) -> Tensor:
    """Rounded and clipped to what an integer type can hold; floats as they are."""
    if np.dtype(dtype).kind == 'f':
        return images
    limits = np.iinfo(dtype)
    return images.round().clamp(limits.min, limits.max)


Strips = Callable[[DatasetReader, list[int]], Iterable[tuple[int, np.ndarray]]]


def write_translation(
    file: Path, out: Path, bands: Sequence[str | int] | None, strips: Strips
) -> None:
    """Write a translated raster.

    Georeference, size, bands, their names, type and nodata are those of ``file``;
    bands that are not translated, such as alpha, are copied, and so are pixels
    without valid image. ``out`` is GeoTIFF, PNG or JPEG by its suffix, and appears
    whole or not at all.

    Args:
        file: The raster.
        out: Its translation.
        bands: See :class:`Route`.
        strips: Gives the translated strips of the opened raster and the numbers of
            its bands, as :func:`translate_rows` does.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f'.{out.name}.{os.getpid()}.tmp')
    environment = dict(GDAL_CACHEMAX=CACHE_MIB, GDAL_TIFF_INTERNAL_MASK=True)
    try:
        with rasterio.Env(**environment), open_raster(file) as raster:
            indexes = band_indexes(raster, bands)
            with rasterio.open(partial, 'w', **_profile(raster)) as written:
                _copy_description(raster, written)
                for top, strip in strips(raster, indexes):
                    _write(raster, written, indexes, top, strip)
            if out.suffix.lower() in DRIVERS:
                _convert(partial, DRIVERS[out.suffix.lower()])
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)


def band_indexes(raster: DatasetReader, bands: Sequence[str | int] | None) -> list[int]:
    """Numbers of the bands that are translated; see :class:`Route`.

    Raises:
        ValueError: If the file lacks one of them.
    """
    return LoadRaster(bands).indexes(raster)


def _profile(raster: DatasetReader) -> dict:
    kept = {key: raster.profile[key] for key in ('dtype', 'nodata', 'crs', 'transform')}
    sides = dict(width=raster.width, height=raster.height, count=raster.count)
    packed = dict(compress='deflate', bigtiff='if_safer', interleave='pixel')
    packed['predictor'] = 3 if np.dtype(kept['dtype']).kind == 'f' else 2
    if min(raster.width, raster.height) >= BLOCK_PX:
        packed |= dict(tiled=True, blockxsize=BLOCK_PX, blockysize=BLOCK_PX)
    return dict(driver='GTiff', **sides, **kept, **packed)


def _copy_description(raster: DatasetReader, written: DatasetWriter) -> None:
    written.descriptions = raster.descriptions
    written.colorinterp = raster.colorinterp
    written.scales, written.offsets = raster.scales, raster.offsets
    written.update_tags(**raster.tags())
    for index in raster.indexes:
        written.update_tags(index, **raster.tags(index))
    points, system = raster.gcps
    if points:
        written.gcps = points, system


def _has_mask(raster: DatasetReader) -> bool:
    """Whether a mask of its own, not a nodata value or alpha, says what is valid."""
    flags = raster.mask_flag_enums[0]
    return MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags


def _write(
    raster: DatasetReader,
    written: DatasetWriter,
    indexes: list[int],
    top: int,
    strip: np.ndarray,
) -> None:
    window = Window(0, top, raster.width, strip.shape[1])
    pixels = raster.read(window=window)
    chosen = [index - 1 for index in indexes]
    before = pixels[chosen]
    invalid = invalid_pixels(raster, indexes, window) | ~np.isfinite(before).all(0)
    translated = to_dtype(torch.from_numpy(strip), pixels.dtype).numpy()
    translated = _off_nodata(translated.astype(pixels.dtype), raster.nodata)
    pixels[chosen] = np.where(invalid, before, translated)
    written.write(pixels, window=window)
    if _has_mask(raster):
        written.write_mask(raster.dataset_mask(window=window), window=window)


def _off_nodata(pixels: np.ndarray, nodata: float | None) -> np.ndarray:
    """Pixels that would be read as nodata are moved by one grey level."""
    if nodata is None or not np.isfinite(nodata):
        return pixels
    hit = pixels == nodata
    # As in ``invalid_pixels``: in 8 bits all bands together say so.
    spoilt = hit.all(0) if pixels.dtype == np.uint8 else hit.any(0)
    if not spoilt.any():
        return pixels
    highest = np.inf if pixels.dtype.kind == 'f' else np.iinfo(pixels.dtype).max
    step = -1 if nodata >= highest else 1
    return np.where(hit & spoilt, pixels + pixels.dtype.type(step), pixels)


def _convert(file: Path, driver: str) -> None:
    """Rewrite a GeoTIFF in another format, in its place."""
    options = dict(QUALITY=95) if driver == 'JPEG' else {}
    with rasterio.Env(GDAL_PAM_ENABLED=False), MemoryFile() as memory:
        copy_raster(str(file), memory.name, driver=driver, **options)
        content = memory.read()
    file.write_bytes(content)


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
    """

    files: dict[str, Path]
    out: Path
    config: str
    checkpoint: Path
    route: Route
    tiling: Tiling

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
            'version': __version__,
        }


def images_in(path: Path) -> list[Path]:
    """A raster, or all rasters of a folder in order.

    Raises:
        FileNotFoundError: If there is none.
    """
    if path.is_file():
        return [path]
    files = [f for f in sorted(path.glob('*')) if f.suffix.lower() in SUFFIXES]
    if not files:
        raise FileNotFoundError(
            f'{path}: no image, expected a raster or a folder of {" ".join(SUFFIXES)}'
        )
    return files


def output_name(file: Path) -> str:
    """Name of the translation of ``file``: its own, unless GDAL can not write that."""
    written = (*DRIVERS, '.tif', '.tiff')
    return file.name if file.suffix.lower() in written else f'{file.stem}.tif'


def translate_files(translator: nn.Module, job: Job) -> None:
    """Translate all files of a job that are not done.

    ``out/manifest.json`` is written first, so that a job that was stopped goes on
    with the first file that is not there, and another job is refused.

    Raises:
        ValueError: If ``out`` holds the results of another job.
    """
    begin(job.out, job.manifest())
    todo = {n: f for n, f in job.files.items() if not (job.out / n).is_file()}
    with Progress() as progress:
        done = len(job.files) - len(todo)
        bar = progress.add_task(f'{job.out}', total=len(job.files), completed=done)
        for batch in _alike(todo, job):
            if len(batch) == 1:
                _one(translator, job, *batch[0], progress)
            else:
                _translate_patches(translator, job, batch)
            progress.advance(bar, len(batch))


def begin(out: Path, manifest: dict) -> None:
    """Write the manifest of a folder, or check that it is the one that is there."""
    file = out / MANIFEST
    if file.is_file():
        found = json.loads(file.read_text())
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


def _alike(todo: dict[str, Path], job: Job) -> Iterator[list[tuple[str, Path]]]:
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


def _one(
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
            loaded.append(read_rows(raster, indexes, (0, raster.height), fill))
    images, valid = (np.stack(parts) for parts in zip(*loaded, strict=True))
    outputs = translate_batch(translator, images, valid, job.route)
    for (name, file), output in zip(batch, outputs, strict=True):
        whole = [(0, output)]
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
