"""Maps of scenes by a trained model."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

import torch
from mmengine.logging import print_log
from rich.progress import Progress

from mmuda.datasets.rasters import ground_sampling_distance, open_raster
from mmuda.files import sha256_of
from mmuda.jobs.prediction.model import Predictor, load_predictor
from mmuda.jobs.prediction.polygons import write_polygons
from mmuda.jobs.prediction.products import Product, products_for
from mmuda.jobs.prediction.scene import (
    Scene,
    WindowOptions,
    finish,
    is_done,
    predict_strips,
    scene_of,
)
from mmuda.jobs.tiling import SUFFIXES, Part, images_in

START = 'spawn'  # a process with threads of PyTorch must not be forked
LOOK_S = 1.0  # how often to look what other processes have done
SAME_GSD = 1.1  # ratio up to which ground sampling distances are taken for equal


@dataclass(frozen=True)
class Model:
    """What :func:`load_predictor` is given, so that each process can load it."""

    config: str
    checkpoint: str
    alpha: float | None = None
    amp: bool = False
    tta: bool = False
    device: str | None = None

    def load(self, number: int = 0) -> Predictor:
        """The model, on the device for this number of a process."""
        device = self.device
        if device is None and torch.cuda.is_available():
            device = f'cuda:{number % torch.cuda.device_count()}'
        how = dict(alpha=self.alpha, amp=self.amp, tta=self.tta, device=device)
        return load_predictor(self.config, self.checkpoint, **how)

    def identity(self, predictor: Predictor) -> dict:
        """What decides on its predictions."""
        return {
            'checkpoint': sha256_of(self.checkpoint),
            'model': predictor.config.model.to_dict(),
            'settings': [self.alpha, self.amp, self.tta],
        }


@dataclass(frozen=True)
class Request:
    """What is wanted of each scene.

    Args:
        tile: Height and width of a window in pixels; by default what the model was
            trained on, at least 256.
        overlap: Pixels that windows share, by default a quarter of one.
        margin: Pixels at the border of a window that have no say.
        batch: Windows at once.
        bands: Names or numbers from 1; by default as in training.
        confidence: Whether to write the probability of the predicted class, in 1e-4.
        probabilities: Whether to write those of all classes.
        polygons: GeoPackage of the areas of the map; of a folder, a folder.
        sieve: Areas of fewer pixels go to their neighbours, in polygons.
        simplify: Tolerance of the borders of polygons, in units of the georeference.
        processes: That share a scene.

    Raises:
        ValueError: If a number can not be meant.
    """

    tile: int | None = None
    overlap: int | None = None
    margin: int = 0
    batch: int = 4
    bands: Sequence[str | int] | None = None
    confidence: bool = False
    probabilities: bool = False
    polygons: str | Path | None = None
    sieve: int = 0
    simplify: float = 0.0
    processes: int = 1

    def __post_init__(self) -> None:
        for name, least in dict(sieve=0, simplify=0, processes=1).items():
            value = getattr(self, name)
            if not value >= least:  # nor is nan
                raise ValueError(f'{name} is {value}, expected at least {least}')

    def windows(self, predictor: Predictor) -> WindowOptions:
        """The windows for a model."""
        size = predictor.window_px if self.tile is None else self.tile
        return WindowOptions(size, self.overlap, self.margin, self.batch)


@dataclass
class Outcome:
    """What was written.

    Args:
        maps: The map of each scene.
        files: All that was written, the maps included.
    """

    maps: list[Path] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)


def predict_scenes(
    model: Model,
    images: Path,
    out: Path,
    request: Request,
    predictor: Predictor | None = None,
) -> Outcome:
    """Predict a scene, or all scenes of a folder.

    What is there already and was made from the same is left; a prediction that was
    stopped goes on and gives the same files.

    Args:
        model: The model.
        images: A raster of any kind that GDAL reads, mosaics (VRT) included, or a
            folder of them.
        out: The map, a GeoTIFF; of a folder, a folder.
        request: What is wanted.
        predictor: The model, where it is loaded already.

    Raises:
        ValueError: If a scene does not have the model's bands, or the model is no
            segmentor.
        FileNotFoundError: If there is no image.
    """
    files = images_in(images)
    targets = _targets(images, files, out)
    predictor = predictor or model.load()
    products = products_for(predictor, request.confidence, request.probabilities)
    made_from = {**model.identity(predictor), 'products': [p.name for p in products]}
    options = request.windows(predictor)
    scenes = [
        scene_of(file, target, predictor, options, request.bands, made_from)
        for file, target in zip(files, targets, strict=True)
    ]
    outcome = Outcome()
    with Progress() as progress:
        for scene in scenes:
            _note_resolution(scene, predictor)
            if not is_done(scene, products):
                _predict(scene, model, predictor, products, request, progress)
                finish(scene, predictor, products)
            outcome.maps.append(scene.out)
            outcome.files += [product.file(scene.out) for product in products]
            if request.polygons is not None:
                outcome.files.append(_polygons(scene, predictor, request, images))
    return outcome


def _targets(images: Path, files: Sequence[Path], out: Path) -> list[Path]:
    """Where the map of each scene belongs."""
    if images.is_dir():
        if out.suffix.lower() in SUFFIXES or out.is_file():
            raise ValueError(f'{images} is a folder: --out must be one too, got {out}')
        maps = {out / f'{file.stem}.tif': file for file in files}
        if len(maps) < len(files):
            twice = next(f for f in files if f not in maps.values())
            raise ValueError(
                f'{twice}: another image of {images} has the same name but for its '
                'ending, as their maps would have: rename one'
            )
        _refuse_replacing(files, list(maps))
        return list(maps)
    if out.suffix.lower() not in ('.tif', '.tiff'):
        raise ValueError(f'the map must be a GeoTIFF, *.tif, got {out}')
    _refuse_replacing([images], [out])
    return [out]


def _refuse_replacing(scenes: Sequence[Path], maps: Sequence[Path]) -> None:
    taken = {scene.resolve() for scene in scenes}
    for file in maps:
        if file.resolve() in taken:
            raise ValueError(
                f'{file} is the scene itself: choose another place for the map by --out'
            )


def _note_resolution(scene: Scene, predictor: Predictor) -> None:
    """Say so where the scene is much finer or coarser than what was trained on."""
    trained = predictor.images.get('gsd_m')
    with open_raster(scene.file) as raster:
        found = ground_sampling_distance(raster)
    if trained and found and max(trained / found, found / trained) > SAME_GSD:
        print_log(
            f'{scene.file.name} has {found:.3g} m per pixel, the model was trained on '
            f'{trained:.3g} m: resample it for a better map',
            'current',
        )


def _predict(
    scene: Scene,
    model: Model,
    predictor: Predictor,
    products: Sequence[Product],
    request: Request,
    progress: Progress,
) -> None:
    scene.begin()
    shares = scene.shares(request.processes)
    total, missing = len(scene.strips()), sum(map(len, shares))
    bar = progress.add_task(scene.file.name, total=total, completed=total - missing)
    if len(shares) == 1:
        predict_strips(
            scene,
            predictor,
            products,
            shares[0],
            lambda strips: progress.advance(bar, strips),
        )
    elif shares:
        _share_out(scene, model, request, shares, progress, bar)
    progress.remove_task(bar)


def _share_out(
    scene: Scene,
    model: Model,
    request: Request,
    shares: list[list[Part]],
    progress: Progress,
    bar: int,
) -> None:
    """Predict in several processes, which leave the strips on disk."""
    context = multiprocessing.get_context(START)
    with ProcessPoolExecutor(len(shares), context) as pool:
        running: set[Future] = {
            pool.submit(_work, scene, model, request, share, number, len(shares))
            for number, share in enumerate(shares)
        }
        while running:
            done, running = wait(running, LOOK_S)
            for future in done:
                future.result()
            kept = sum(scene.strip_file(s).is_file() for s in scene.strips())
            progress.update(bar, completed=kept)


def _work(
    scene: Scene,
    model: Model,
    request: Request,
    strips: list[Part],
    number: int,
    processes: int,
) -> None:
    """What one of several processes does."""
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // processes))
    predictor = model.load(number)
    products = products_for(predictor, request.confidence, request.probabilities)
    predict_strips(scene, predictor, products, strips)


def _polygons(
    scene: Scene, predictor: Predictor, request: Request, images: Path
) -> Path:
    file = Path(request.polygons)
    if images.is_dir():
        file = file / f'{scene.out.stem}.gpkg'
    number = write_polygons(
        scene.out, file, predictor.classes, request.sieve, request.simplify
    )
    print_log(f'{file}: {number} polygons', 'current')
    return file
