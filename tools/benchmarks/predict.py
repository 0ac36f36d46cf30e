"""What predicting a scene costs beside the bare forward passes of its windows.

    python tools/benchmarks/predict.py [--scene 2432] [--wide 60000] [--times 3]

* ``scene``: a map from file to file (read, normalised, blended, written, optimised)
  over the bare forward passes of the same windows, already normalised, in memory;
* ``growth``: a scene of four times the area over one of it, with windows so small that
  there are four times as many;
* ``peak_gib``: the most memory of a process that predicts a scene ``--wide`` pixels
  wide, with all probabilities.

The network is the demo's DeepLabV3+ on MobileNetV2 with random weights, that of the
paper's widths with ``--full``. The last line is one JSON object of name: figure.
"""

import argparse
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
import torch
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from rasterio.windows import Window

from mmuda.jobs.config import load_config
from mmuda.jobs.prediction import Model, Request, load_predictor, predict_scenes
from mmuda.jobs.prediction.predict import WindowOptions

CONFIG = Path(__file__).parents[2] / 'configs/semsim/dann_hannover_vaihingen.py'
DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'
GIB = 2**30
ROWS = 256  # made at a time
BATCH = 4
BANDS = (1, 2, 3)


def make_model(folder: Path, full: bool) -> Model:
    """A config and a checkpoint of random weights."""
    init_default_scope('mmseg')
    cfg = load_config(CONFIG, small=not full)
    cfg.model.segmentor.backbone.init_cfg = None
    cfg.dump(folder / 'config.py')
    torch.manual_seed(0)
    weights = MODELS.build(cfg.model).state_dict()
    torch.save(dict(state_dict=weights), folder / 'weights.pth')
    return Model(str(folder / 'config.py'), str(folder / 'weights.pth'))


def make_scene(file: Path, height: int, width: int) -> Path:
    """A tiled GeoTIFF of three bands of coarse noise."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(1, 256, (3, -(-height // 16), -(-width // 16)), np.uint8)
    packed = dict(tiled=True, compress='deflate', zlevel=1, photometric='rgb')
    shape = dict(count=3, height=height, width=width, dtype='uint8')
    with rasterio.open(file, 'w', driver='GTiff', **shape, **packed) as raster:
        for top in range(0, height, ROWS):
            rows = np.arange(top, min(top + ROWS, height)) // 16
            pixels = coarse[:, rows[:, None], np.arange(width) // 16]
            raster.write(pixels, window=Window(0, top, width, len(rows)))
    return file


def seconds(step: Callable) -> float:
    """Time of one call, until the device is done."""
    start = time.perf_counter()
    step()
    if DEVICE == 'cuda':
        torch.cuda.synchronize()
    return time.perf_counter() - start


def ratio(over: Callable, under: Callable, times: int) -> float:
    """Ratio of the median times, after a call of each to warm up."""
    found: tuple[list, list] = ([], [])
    for i in range(times + 1):
        # Alternate who goes first: the second finds warm caches.
        for which in (0, 1) if i % 2 else (1, 0):
            found[which].append(seconds((over, under)[which]))
    medians = [statistics.median(values[1:]) for values in found]
    print('{:.3f} s over {:.3f} s'.format(*medians), flush=True)
    return medians[0] / medians[1]


def mapping(model: Model, scene: Path, request: Request) -> Callable:
    """A call that predicts a scene anew, into another file each time.

    The model is loaded before, as it is once for all scenes of a folder.
    """
    numbers = iter(range(10**6))
    predictor = load_predictor(model.config, model.checkpoint)

    def call() -> None:
        out = scene.with_name(f'{scene.stem}_map{next(numbers)}.tif')
        predict_scenes(model, scene, out, request, predictor)
        out.unlink()

    return call


def bare_passes(model: Model, scene: Path, tile: int) -> Callable:
    """A call that does nothing but the forward passes of all windows."""
    predictor = load_predictor(model.config, model.checkpoint)
    with rasterio.open(scene) as raster:
        pixels = raster.read()
    windows = WindowOptions(tile)
    axes = [windows.along(n) for n in pixels.shape[1:]]
    batches = []
    for row in axes[0]:
        for start in range(0, len(axes[1]), BATCH):
            spans = axes[1][start : start + BATCH]
            cuts = [np.s_[:, slice(*row.read), slice(*s.read)] for s in spans]
            images = np.stack([pixels[cut] for cut in cuts])
            valid = np.ones((len(images), *images.shape[2:]), bool)
            batches.append(predictor.normalised(images, valid))
    print(f'{len(axes[0]) * len(axes[1])} windows of {tile} pixels', flush=True)

    @torch.no_grad()
    def call() -> None:
        for inputs in batches:
            size = tuple(inputs.shape[2:])
            shapes = dict.fromkeys(('img_shape', 'ori_shape', 'pad_shape'), size)
            predictor.segmentor.encode_decode(inputs, [shapes] * len(inputs))

    return call


def peak_gib(model: Model, scene: Path) -> float:
    """Most memory of a process that predicts a scene, with all probabilities."""
    context = multiprocessing.get_context('spawn')
    with context.Pool(1) as pool:
        return pool.apply(_peak, (model, scene))


def _peak(model: Model, scene: Path) -> float:
    request = Request(tile=512, batch=BATCH, bands=BANDS, probabilities=True)
    predict_scenes(model, scene, scene.with_name('wide_map.tif'), request)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / GIB


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    # Both sides as windows of 512 with a step of 384, and of 128 with 96, have it.
    add('--scene', type=int, default=2432, help='side of the scene [2432]')
    add('--tile', type=int, default=512, help='side of a window [512]')
    add('--side', type=int, default=1552, help='of the smaller scene of growth [1552]')
    add('--wide', type=int, default=60000, help='columns of the widest scene [60000]')
    add('--times', type=int, default=5, help='how often each is timed [5]')
    add('--full', action='store_true', help="the paper's widths")
    names = ('scene', 'growth', 'peak_gib')
    add('--only', nargs='+', choices=names, default=names)
    args = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = make_model(folder, args.full)
        if 'scene' in args.only:
            scene = make_scene(folder / 'scene.tif', args.scene, args.scene)
            over = mapping(
                model, scene, Request(tile=args.tile, batch=BATCH, bands=BANDS)
            )
            under = bare_passes(model, scene, args.tile)
            figures['scene'] = round(ratio(over, under, args.times), 4)
        if 'growth' in args.only:
            small, large = (
                make_scene(folder / f'{side}.tif', side, side)
                for side in (args.side, 2 * args.side)
            )
            request = Request(tile=128, batch=16, bands=BANDS)
            calls = [mapping(model, file, request) for file in (large, small)]
            figures['growth'] = round(ratio(*calls, args.times), 4)
        if 'peak_gib' in args.only:
            scene = make_scene(folder / 'wide.tif', 600, args.wide)
            figures['peak_gib'] = round(peak_gib(model, scene), 3)
    print(json.dumps(figures))


if __name__ == '__main__':
    main()
