"""What training and applying translators costs beside the bare networks.

    python tools/benchmarks/translation.py [--size 256] [--scene 2560] [--iterations 6]

``<name>_step``: a training iteration, or as many as it takes until every phase had
its turn, over the forward and backward passes and optimizer steps of the same losses,
called by hand on the same images. ``scene``: translation of a whole GeoTIFF, read,
tiled, blended and written, over the bare forward passes of tiles side by side that
cover it once. The last line is one JSON object of name: ratio.
"""

import argparse
import copy
import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import nn

from mmuda.jobs.config import load_config
from mmuda.jobs.tiling import Tiling
from mmuda.jobs.translation import Job, translate_files
from mmuda.jobs.translation.tiling import Route

CONFIGS = Path(__file__).parents[2] / 'configs'
NAMES = ('semi2i', 'cyclegan', 'colormapgan', 'unit', 'munit', 'drit')
SCENE = 'semi2i'  # the translator that a scene is translated by
DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'


def build(name: str, small: bool) -> tuple[nn.Module, Config]:
    """A translator of the configs, at demo widths if ``small``."""
    cfg = load_config(CONFIGS / name / f'{name}_hannover_vaihingen.py', small=small)
    if name == 'unit':  # its weights would be downloaded
        cfg.merge_from_dict(dict(model=dict(weights=dict(perceptual=0))))
        cfg.model.perceptual = None
    return MODELS.build(cfg.model).to(DEVICE), cfg


def make_batch(pairs: int, size: int) -> dict:
    """A mini-batch as the data loader gives it."""
    images, samples = [], []
    for domain in ('source', 'target') * pairs:
        shape = dict(img_shape=(size, size), ori_shape=(size, size))
        samples.append(SegDataSample(metainfo=dict(domain=domain, **shape)))
        images.append(torch.randint(256, (3, size, size)).byte())
    return dict(inputs=images, data_samples=samples)


class ByHand:
    """The same losses, as one would write the loop: no phases, wrappers or logs."""

    def __init__(self, model: nn.Module, cfg: Config) -> None:
        self.model = model
        wrappers = build_optim_wrapper(model, cfg.optim_wrapper)
        self.steps = [
            (phase, wrappers[phase.name].optimizer, model.learnable(phase.name))
            for phase in model.phases
        ]
        self.clips = {p.name: wrappers[p.name].clip_grad_kwargs for p in model.phases}
        self.count = 1

    def __call__(self, data: dict) -> None:
        """One iteration."""
        batch = self.model.data_preprocessor(data, True)
        for phase, optimizer, learners in self.steps:
            if self.count % phase.every:
                continue
            self.model.requires_grad_(False)
            for parameter in learners:
                parameter.requires_grad_(True)
            losses = self.model.phase_losses(phase.name, batch)
            sum(v for k, v in losses.items() if 'loss' in k).backward()
            if self.clips[phase.name]:
                nn.utils.clip_grad_norm_(learners, **self.clips[phase.name])
            optimizer.step()
            optimizer.zero_grad()
            {k: v.item() for k, v in losses.items()}  # what is logged
        self.count += 1


def seconds(step: Callable, *args: object) -> float:
    """Time of one call, until the device is done."""
    start = time.perf_counter()
    step(*args)
    if DEVICE == 'cuda':
        torch.cuda.synchronize()
    return time.perf_counter() - start


def interleaved(steps: tuple[Callable, Callable], args: Callable, count: int) -> float:
    """Ratio of the median times, first over second, after two calls to warm up."""
    times: tuple[list, list] = ([], [])
    for i in range(count + 2):
        # Alternate who goes first: the second finds warm caches.
        for which in (0, 1) if i % 2 else (1, 0):
            times[which].append(seconds(steps[which], *args()))
    ours, bare = (statistics.median(t[2:]) for t in times)
    print(f'{ours:.4f} s, bare {bare:.4f} s', flush=True)
    return ours / bare


def step_ratio(name: str, args: argparse.Namespace) -> float:
    """A training iteration over the same by hand, on equal models."""
    model, cfg = build(name, args.small)
    model.train()
    by_hand = ByHand(copy.deepcopy(model), cfg)
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)
    pairs = max(cfg.train_dataloader.batch_size // 2, 1)
    batch = make_batch(pairs, args.size)
    period = math.lcm(*(phase.every for phase in model.phases))

    def ours(batches: list[dict]) -> None:
        for data in batches:
            model.train_step(data, optimizer)

    def bare(batches: list[dict]) -> None:
        for data in batches:
            by_hand(data)

    def batches() -> tuple[list[dict]]:
        return ([copy.deepcopy(batch) for _ in range(period)],)

    return interleaved((ours, bare), batches, args.iterations)


def scene_ratio(args: argparse.Namespace) -> float:
    """A scene in tiles over the forward passes of its tiles without any margin."""
    model, _ = build(SCENE, args.small)
    model.eval()
    data = make_batch(4, args.size)
    for route in model.routes:
        batch = model.data_preprocessor(data, True)[route[0]]
        model.estimate_moments(route, [batch])
    tiling = Tiling(args.tile, batch_size=args.batch)
    side = args.scene
    with tempfile.TemporaryDirectory() as folder:
        file, weights = Path(folder, 'scene.tif'), Path(folder, 'weights.pth')
        weights.write_bytes(b'')
        coarse = np.random.default_rng(0).integers(0, 256, (3, side // 8, side // 8))
        pixels = coarse.repeat(8, 1).repeat(8, 2).astype(np.uint8)
        profile = dict(count=3, height=side, width=side, dtype='uint8', tiled=True)
        with rasterio.open(file, 'w', driver='GTiff', **profile) as raster:
            raster.write(pixels)
        number = iter(range(10**6))

        def scene() -> None:
            out = Path(folder, f'out{next(number)}')
            job = Job({file.name: file}, out, 'semi2i.py', weights, Route(), tiling)
            translate_files(model, job)

        def bare() -> None:
            tiles = [
                pixels[:, top : top + args.tile, left : left + args.tile]
                for top in range(0, side, args.tile)
                for left in range(0, side, args.tile)
            ]
            for start in range(0, len(tiles), args.batch):
                images = np.stack(tiles[start : start + args.batch])
                inputs = torch.from_numpy(images).float().to(DEVICE)
                model.translate(inputs).cpu()

        return interleaved((scene, bare), tuple, args.scenes)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--size', type=int, default=256, help='patches [256]')
    parser.add_argument('--iterations', type=int, default=6)
    parser.add_argument('--scene', type=int, default=2560, help='its side [2560]')
    parser.add_argument('--tile', type=int, default=Tiling.tile_px)
    parser.add_argument('--batch', type=int, default=1)
    parser.add_argument('--scenes', type=int, default=3, help='scenes timed [3]')
    parser.add_argument('--small', action='store_true', help='demo widths')
    parser.add_argument('--only', nargs='+', default=[*NAMES, 'scene'])
    args = parser.parse_args()
    init_default_scope('mmseg')
    torch.manual_seed(0)
    figures = {}
    for name in (name for name in NAMES if name in args.only):
        print(name, flush=True)
        figures[f'{name}_step'] = round(step_ratio(name, args), 4)
    if 'scene' in args.only:
        figures['scene'] = round(scene_ratio(args), 4)
    print(json.dumps(figures))


if __name__ == '__main__':
    main()
