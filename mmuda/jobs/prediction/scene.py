"""Predicting a scene: strip by strip, so that it can be stopped and shared out."""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import rasterio

from mmuda.datasets.rasters import open_raster
from mmuda.files import write_atomically
from mmuda.jobs.prediction.bands import bands_for
from mmuda.jobs.prediction.model import Predictor
from mmuda.jobs.prediction.products import (
    CACHE_MIB,
    Product,
    is_made,
    write_product,
)
from mmuda.jobs.tiling import (
    Part,
    Span,
    blended,
    parts_of,
    strips_of,
    windows,
)
from mmuda.version import __version__

STRIDE_PX = 32  # coarsest step of common networks
SMALLEST_PX = 64


@dataclass(frozen=True)
class WindowOptions:
    """Which windows a model is shown.

    Args:
        size_px: Height and width, rounded up to a multiple of 32.
        overlap_px: What neighbours share at least; by default a quarter of a window.
        margin_px: Pixels at the border of a window that have no say. Where they are as
            many as the network looks around, the result is that of one piece.
        batch_size: Windows at once.

    Raises:
        ValueError: If the size is too small, or windows leave no step.
    """

    size_px: int
    overlap_px: int | None = None
    margin_px: int = 0
    batch_size: int = 4

    def __post_init__(self) -> None:
        if self.size_px < SMALLEST_PX:
            raise ValueError(
                f'a window of {self.size_px} pixels is too small, expected at least '
                f'{SMALLEST_PX}'
            )
        if self.overlap_px is not None and self.overlap_px < 0:
            raise ValueError(f'overlap is {self.overlap_px}, expected at least 0')
        if self.batch_size < 1:
            raise ValueError(f'batch size must be at least 1, got {self.batch_size}')
        self.along(1)

    def along(self, length: int) -> list[Span]:
        """The windows along an axis."""
        size = -(-self.size_px // STRIDE_PX) * STRIDE_PX
        overlap = size // 4 if self.overlap_px is None else self.overlap_px
        return windows(length, size, overlap, self.margin_px, STRIDE_PX)


@dataclass(frozen=True)
class Scene:
    """A scene to be predicted, in strips that do not depend on each other.

    Args:
        file: The raster.
        out: Where the map belongs.
        indexes: Numbers, from 1, of the bands that the model is given.
        axes: Windows along rows and columns.
        parts: Side by side, each as wide as memory has room for.
        batch_size: Windows at once.
        job: Tells what the result is made from.
    """

    file: Path
    out: Path
    indexes: tuple[int, ...]
    axes: tuple[list[Span], list[Span]]
    parts: tuple[Part, ...]
    batch_size: int
    job: str

    @property
    def scratch(self) -> Path:
        """Folder of the strips that are done."""
        return self.out.with_name(f'.{self.out.name}.parts')

    def strips(self) -> list[Part]:
        """All strips, in the order of work."""
        rows = strips_of(self.axes[0])
        return [Part(bounds, part.columns) for part in self.parts for bounds in rows]

    def strip_file(self, strip: Part) -> Path:
        """Where the pixels of a strip are kept until all are there."""
        return self.scratch / f'{strip.columns[0]}_{strip.rows[0]}.npz'

    def begin(self) -> None:
        """Make the folder of the strips; those of another job are thrown away."""
        note = self.scratch / 'job'
        if self.scratch.is_dir() and not (
            note.is_file() and note.read_text() == self.job
        ):
            shutil.rmtree(self.scratch)
        self.scratch.mkdir(parents=True, exist_ok=True)
        with write_atomically(note) as text:
            text.write(self.job)

    def shares(self, number: int) -> list[list[Part]]:
        """The strips that are not done, in runs of neighbours for each process."""
        missing = [s for s in self.strips() if not self.strip_file(s).is_file()]
        count = min(number, len(missing))
        bounds = np.linspace(0, len(missing), count + 1).astype(int)
        return [missing[a:b] for a, b in pairwise(bounds)]


def scene_of(
    file: Path,
    out: Path,
    predictor: Predictor,
    options: WindowOptions,
    bands: Sequence[str | int] | None,
    made_from: dict,
    memory_mib: float | None = None,
) -> Scene:
    """Plan the prediction of a scene.

    Args:
        file: The raster.
        out: Where the map belongs.
        predictor: The model.
        options: Of the windows.
        bands: See :func:`bands_for`.
        made_from: What else the result depends on.
        memory_mib: Of what is held at a time.

    Raises:
        ValueError: If it does not have the bands of the model.
        FileNotFoundError: If there is no such file.
    """
    with open_raster(file) as raster:
        indexes = bands_for(predictor, raster, bands)
        axes = tuple(options.along(n) for n in raster.shape)
        shape = raster.shape
    channels = max(len(predictor.classes), 2) + len(indexes)
    limit = {} if memory_mib is None else dict(memory_mib=memory_mib)
    parts = tuple(parts_of(axes, channels, **limit))
    seen = file.stat()
    identity = {
        **made_from,
        'scene': [file.name, seen.st_size, seen.st_mtime_ns, *shape],
        'indexes': indexes,
        'windows': asdict(options),
        'version': __version__,
    }
    text = json.dumps(identity, sort_keys=True, default=str)
    job = hashlib.sha256(text.encode()).hexdigest()
    return Scene(file, out, tuple(indexes), axes, parts, options.batch_size, job)


def predict_strips(
    scene: Scene,
    predictor: Predictor,
    products: Sequence[Product],
    strips: Sequence[Part],
    advance: Callable[[int], None] = lambda strips: None,
) -> None:
    """Predict some strips of a scene, and keep the pixels of each."""
    with rasterio.Env(GDAL_CACHEMAX=CACHE_MIB):
        for run in _runs(strips):
            outputs = blended(
                scene.file,
                scene.indexes,
                predictor.probabilities,
                scene.axes,
                run,
                batch_size=scene.batch_size,
            )
            with closing(outputs):
                for strip, probabilities, valid in outputs:
                    _keep(scene, products, strip, probabilities, valid)
                    advance(1)


def _runs(strips: Sequence[Part]) -> Iterator[Part]:
    """Strips one below the other as one part each."""
    run: Part | None = None
    for strip in strips:
        below = run and run.columns == strip.columns and run.rows[1] == strip.rows[0]
        if below:
            run = Part((run.rows[0], strip.rows[1]), run.columns)
            continue
        if run is not None:
            yield run
        run = strip
    if run is not None:
        yield run


def _keep(
    scene: Scene,
    products: Sequence[Product],
    strip: Part,
    probabilities: np.ndarray,
    valid: np.ndarray,
) -> None:
    kept = {p.name: p.pixels(probabilities, valid) for p in products}
    with write_atomically(scene.strip_file(strip), 'wb') as file:
        np.savez(file, **kept)


def finish(scene: Scene, predictor: Predictor, products: Sequence[Product]) -> None:
    """Put the strips together; the folder that they were kept in is removed."""
    with open_raster(scene.file) as raster:
        for product in products:
            pieces = _pieces(scene, product)
            file = product.file(scene.out)
            write_product(
                product, raster, predictor, scene.job, pieces, file, scene.scratch
            )
    shutil.rmtree(scene.scratch)


def _pieces(scene: Scene, product: Product) -> Iterator[tuple[Part, np.ndarray]]:
    for strip in sorted(scene.strips(), key=lambda s: (s.rows, s.columns)):
        with np.load(scene.strip_file(strip)) as kept:
            yield strip, kept[product.name]


def is_done(scene: Scene, products: Sequence[Product]) -> bool:
    """Whether what a job makes is there already."""
    return is_made([product.file(scene.out) for product in products], scene.job)
