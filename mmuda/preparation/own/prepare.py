"""A data set from scenes and labels of one's own.

Layout, below one folder::

    scenes/<scene>.tif   the bands asked for on one ground sampling distance, in tiles
    labels/<scene>.tif   train ids, 255 = ignored
    windows.csv          the samples of each split: which part of which scene
    manifest.json        classes, bands and their statistics; written last: "complete"
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from rasterio.io import DatasetReader
from rich.console import Console
from rich.progress import Progress

from mmuda.datasets.prepared import (
    IMAGES,
    LABELS,
    MANIFEST,
    TRAIN,
    VAL,
    read_manifest,
    write_windows,
)
from mmuda.datasets.rasters import invalid_pixels, open_raster
from mmuda.datasets.taxonomy import IGNORED
from mmuda.datasets.windows import Box, Sample, grid
from mmuda.preparation.own.holdout import (
    HoldOut,
    blocks_of,
    choose_blocks,
    without_margin,
)
from mmuda.preparation.own.legend import Legend, legend_of_classes
from mmuda.preparation.own.request import Request
from mmuda.preparation.own.scenes import (
    Labels,
    SceneToPrepare,
    common_gsd,
    look_at_scenes,
)
from mmuda.preparation.own.writing import write_image, write_labels
from mmuda.preparation.records import refuse_other, write_json
from mmuda.version import __version__

FORMAT = 1
Row = tuple[str, str, Sample, bool]


def prepare_own(request: Request, root: str | Path, quiet: bool = False) -> dict:
    """Write a data set; go on where an interrupted run stopped.

    A scene that was written whole stays. What is complete stays untouched, and another
    request for the same folder is refused.

    Args:
        request: What to make.
        root: Folder to write to.
        quiet: Whether to say nothing.

    Returns:
        The manifest.

    Raises:
        FileNotFoundError: If a file is missing.
        ValueError: If files do not fit together, labels mean nothing, or ``root`` holds
            another data set.
    """
    root, notes = Path(root), []
    known, like = _like(request)
    request = _taken_over(request, like)
    scenes = look_at_scenes(request, notes.append)
    gsd_m = common_gsd(scenes, request.image_gsd_m)
    labels = Labels(scenes, request, known)
    readers = {
        s.name: labels.reader(s, notes.append) for s in scenes if s.labels is not None
    }
    identity = _identity(request, scenes)
    refuse_other(root, [root / MANIFEST, root / 'unfinished.json'], identity)
    say = (lambda _: None) if quiet else _say
    if (root / MANIFEST).is_file():
        say(f'{root} is complete, nothing to do')
        return read_manifest(root)
    for note in notes:
        say(note)
    root.mkdir(parents=True, exist_ok=True)
    write_json(root / 'unfinished.json', {'identity': identity})
    _write_scenes(root, scenes, readers, quiet)
    rows, figures = _windows(root, scenes, bool(readers), request, labels.legend)
    write_windows(root, rows)
    manifest = {
        'mmuda': __version__,
        'identity': identity,
        **_described(scenes[0], gsd_m, labels.legend),
        'labelled': bool(readers),
        'notes': notes,
        **figures,
    }
    write_json(root / MANIFEST, manifest)
    (root / 'unfinished.json').unlink()
    say(summary(root))
    return read_manifest(root)


def _say(line: str) -> None:
    Console().print(line, soft_wrap=True, highlight=False, markup=False)


def _described(
    scene: SceneToPrepare, gsd_m: float | None, legend: Legend | None
) -> dict:
    """What images and labels of all scenes are like."""
    return {
        'bands': list(scene.bands),
        'dtype': scene.dtype,
        'gsd_m': gsd_m,
        'classes': list(legend.classes) if legend else None,
        'palette': [list(colour) for colour in legend.palette] if legend else None,
    }


def _like(request: Request) -> tuple[Legend | None, dict | None]:
    """Classes of the folder to be like, and its manifest."""
    if request.like is None:
        named = request.classes and not request.labels
        return (legend_of_classes(request.classes) if named else None), None
    like = read_manifest(request.like)
    if like['classes'] is None:
        return None, like
    legend = legend_of_classes(like['classes'])
    palette = tuple(map(tuple, like['palette']))
    return Legend(legend.classes, palette, legend.table), like


def _taken_over(request: Request, like: dict | None) -> Request:
    """The request with what it takes from another folder."""
    if like is None:
        return request
    given = request.bands or tuple(like['bands'])
    names = [word.partition('=')[0].lower() for word in given]
    if names != like['bands'] and not all(n.isdigit() for n in names):
        raise ValueError(
            f'{request.like} has the bands {", ".join(like["bands"])}, asked for are '
            f'{", ".join(names)}: they must be the same, in this order'
        )
    if like['gsd_m'] and request.gsd_m and request.gsd_m != like['gsd_m']:
        raise ValueError(
            f'{request.like} has {like["gsd_m"]:g} m per pixel, asked for are '
            f'{request.gsd_m:g}: leave --gsd or --like out'
        )
    return replace(request, bands=given, gsd_m=request.gsd_m or like['gsd_m'])


def _identity(request: Request, scenes: list[SceneToPrepare]) -> dict:
    """What decides on the data set: options, and the files by name, size and time."""
    files = sorted({f for s in scenes for f in (s.file, s.labels) if f is not None})
    found = {f.name: [f.stat().st_size, f.stat().st_mtime_ns] for f in files}
    options = {
        key: value
        for key, value in asdict(request).items()
        if key not in ('scenes', 'labels', 'like')
    }
    identity = {'format': FORMAT, 'files': found, **options}
    return json.loads(json.dumps(identity))  # no tuples


def _write_scenes(
    root: Path,
    scenes: list[SceneToPrepare],
    readers: dict[str, Callable[[Box], np.ndarray]],
    quiet: bool,
) -> None:
    """Write the files that are not there."""
    with Progress(disable=quiet) as progress:
        for scene in progress.track(scenes, description=str(root)):
            image, labels = (root / f / f'{scene.name}.tif' for f in (IMAGES, LABELS))
            if not image.is_file():
                write_image(
                    image, scene.grid, scene.dtype, scene.bands, scene.image.read
                )
            if scene.name in readers and not labels.is_file():
                write_labels(labels, scene.grid, readers[scene.name])


def _windows(
    root: Path,
    scenes: list[SceneToPrepare],
    labelled: bool,
    request: Request,
    legend: Legend | None,
) -> tuple[list[Row], dict]:
    """The samples, and what was counted and measured in them."""
    number = len(legend.classes) if labelled else 0
    regions = _regions(root, scenes, request.holdout if labelled else None, number)
    measured = _Measured(len(scenes[0].bands), number)
    rows: list[Row] = []
    for split, name, region in regions:
        with _opened(root, name, labelled) as (image, labels):
            for sample in grid(region, request.window_px):
                pixels, valid = _valid_pixels(image, sample.window)
                if 1 - valid.mean() > request.max_nodata:
                    measured.left_out += 1
                    continue
                window = sample.window.of_rasterio()
                ids = labels.read(1, window=window) if labels else None
                known = measured.add(split, pixels, valid, ids)
                rows.append((split, name, sample, known))
    if not any(split == TRAIN for split, *_ in rows):
        raise ValueError(
            f'{root}: every window has more than {100 * request.max_nodata:g} % nodata '
            '(--max-nodata), none is left'
        )
    return rows, measured.figures(rows, legend)


@contextmanager
def _opened(
    root: Path, name: str, labelled: bool
) -> Iterator[tuple[DatasetReader, DatasetReader | None]]:
    """A written scene and its labels."""
    with open_raster(root / IMAGES / f'{name}.tif') as image:
        if not labelled:
            yield image, None
            return
        with open_raster(root / LABELS / f'{name}.tif') as labels:
            yield image, labels


def _valid_pixels(image: DatasetReader, window: Box) -> tuple[np.ndarray, np.ndarray]:
    indexes, window = list(image.indexes), window.of_rasterio()
    valid = ~invalid_pixels(image, indexes, window)
    return image.read(window=window)[:, valid], valid


def _labels(root: Path, name: str, box: Box) -> np.ndarray:
    with open_raster(root / LABELS / f'{name}.tif') as labels:
        return labels.read(1, window=box.of_rasterio())


def _regions(
    root: Path, scenes: list[SceneToPrepare], holdout: HoldOut | None, number: int
) -> list[tuple[str, str, Box]]:
    """The parts of scenes to train on and those held out."""
    whole = [(s.name, Box(0, 0, s.grid.height, s.grid.width)) for s in scenes]
    if holdout is None or not holdout.share:
        return [(TRAIN, *place) for place in whole]
    if holdout.share == 1:
        return [(split, *place) for split in (TRAIN, VAL) for place in whole]
    places = [
        (name, block, scene)
        for name, scene in whole
        for block in blocks_of(scene.height, scene.width, holdout.block_px)
    ]
    counts = np.array([_counts(_labels(root, n, b), number) for n, b, _ in places])
    held = choose_blocks(counts, holdout.share, holdout.seed)
    regions = []
    for (name, block, scene), out in zip(places, held, strict=True):
        if out:
            block = without_margin(block, scene.height, scene.width, holdout.margin_px)
        regions.append((VAL if out else TRAIN, name, block))
    return regions


def _counts(labels: np.ndarray, number: int) -> np.ndarray:
    return np.bincount(labels.ravel(), minlength=IGNORED + 1)[:number]


class _Measured:
    """Sums over the windows.

    Args:
        bands: Number of bands.
        classes: Number of classes; 0 without labels.
    """

    def __init__(self, bands: int, classes: int) -> None:
        self.classes, self.left_out = classes, 0
        self.count, self.total, self.squares = 0, np.zeros(bands), np.zeros(bands)
        self.pixels = {split: np.zeros(classes, np.int64) for split in (TRAIN, VAL)}

    def add(
        self, split: str, pixels: np.ndarray, valid: np.ndarray, ids: np.ndarray | None
    ) -> bool:
        """Add a window; returns whether a valid pixel of it has a label."""
        if split == TRAIN:
            values = pixels.astype(np.float64)
            self.count += values.shape[1]
            self.total += values.sum(1)
            self.squares += (values**2).sum(1)
        if ids is None:
            return False
        counts = _counts(ids[valid], self.classes)
        self.pixels[split] += counts
        return bool(counts.sum())

    def figures(self, rows: list[Row], legend: Legend | None) -> dict:
        """What the manifest says."""
        mean = self.total / self.count
        variance = self.squares / self.count - mean**2
        deviation = np.sqrt(np.maximum(variance, 0))
        counted = {
            split: dict(zip(legend.classes, pixels.tolist(), strict=True))
            for split, pixels in self.pixels.items()
            if self.classes
        }
        splits = [split for split, *_ in rows]
        return {
            'mean': mean.round(6).tolist(),
            # A band without contrast says nothing: it is not to be divided by 0.
            'std': np.where(deviation > 0, deviation, 1).round(6).tolist(),
            'windows': {split: splits.count(split) for split in (TRAIN, VAL)},
            'windows_left_out': self.left_out,
            'class_pixels': counted,
        }


def summary(root: Path) -> str:
    """What a prepared folder holds, in a few lines."""
    made = read_manifest(root)
    windows, size = made['windows'], made['identity']['window_px']
    gsd = f' at {made["gsd_m"]:.4g} m' if made['gsd_m'] else ''
    bands = ', '.join(
        f'{b} {m:.4g} ± {s:.4g}'
        for b, m, s in zip(made['bands'], made['mean'], made['std'], strict=True)
    )
    lines = [
        f'{root}: {windows[TRAIN]} windows of {size} pixels{gsd} to train on, '
        f'{windows[VAL]} held out, {made["windows_left_out"]} left out for nodata',
        f'bands: {bands}',
    ]
    for split, pixels in made['class_pixels'].items():
        total = sum(pixels.values())
        if total:
            shares = (f'{c} {100 * n / total:.3g} %' for c, n in pixels.items())
            lines.append(f'{split}: {", ".join(shares)}')
    return '\n'.join(lines)
