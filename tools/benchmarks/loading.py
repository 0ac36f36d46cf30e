"""Whether images arrive as fast as they are taken.

    python tools/benchmarks/loading.py [--scene 3000] [--workers 4] [--step 0.2]

Two made areas of four bands are prepared as ``mmuda prepare`` does, and read in windows
as in training AdaptSegNet on one's own data.

* ``data_time``: share of a training iteration that waits for images, as the log's
  ``data_time`` over its ``time``; on a CPU the network is slow and the workers have to
  share its cores;
* ``data_time_of_fast_device``: the same where something else trains, and an iteration
  takes ``--step`` seconds;
* ``images_per_second``: what one process loads.

The last line is one JSON object of name: figure.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmseg.registry import MODELS

from mmuda.demo.areas import ATTRIBUTE, write_areas
from mmuda.jobs.config import load_config
from mmuda.preparation.own import HoldOut, Request, prepare_own

CONFIG = 'mmuda::own/adaptsegnet_deeplabv3plus_a_b.py'
WARM_UP = 4  # iterations: workers start, and fill their queues


def prepare(side: int, window: int) -> None:
    """``a`` with labels and ``b`` without, in the working folder."""
    write_areas('areas', side)
    a, b = (Path(f'areas/{name}.tif') for name in 'ab')
    labels = (a.with_suffix('.gpkg'),)
    asked = dict(window_px=window, attribute=ATTRIBUTE)
    held_out, nothing = (HoldOut(share, 2 * window, 0) for share in (0.2, 0))
    prepare_own(Request((a,), labels, held_out, **asked), Path('a'), quiet=True)
    unlabelled = Request((b,), (), nothing, like=Path('a'))
    prepare_own(unlabelled, Path('b'), quiet=True)


def read_config(workers: int, batch_size: int) -> Config:
    """AdaptSegNet from random weights, with so many workers."""
    options = {
        'model.backbone.init_cfg': None,
        'train_dataloader.num_workers': workers,
        'train_dataloader.persistent_workers': workers > 0,
        'train_dataloader.batch_size': batch_size,
    }
    return load_config(CONFIG, source='a', target='b', options=options)


def waiting(cfg: Config, step: Callable[[dict], object], iterations: int) -> float:
    """Share of the time that is spent waiting for the next mini-batch."""
    batches = iter(Runner.build_dataloader(cfg.train_dataloader, seed=0))
    waited = worked = 0.0
    for number in range(WARM_UP + iterations):
        begun = time.perf_counter()
        batch = next(batches)
        loaded = time.perf_counter()
        step(batch)
        if number >= WARM_UP:
            waited += loaded - begun
            worked += time.perf_counter() - loaded
    return waited / (waited + worked)


def trainer(cfg: Config) -> Callable[[dict], object]:
    """A training iteration of a config's model."""
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    model = MODELS.build(cfg.model).to(device).train()
    optimizers = build_optim_wrapper(model, cfg.optim_wrapper)

    def step(batch: dict) -> None:
        model.train_step(batch, optimizers)
        if device == 'cuda':
            torch.cuda.synchronize()

    return step


def images_per_second(cfg: Config, seconds: float = 5) -> float:
    """What one process loads, without any network."""
    loader = Runner.build_dataloader(cfg.train_dataloader, seed=0)
    batches, number, begun = iter(loader), 0, time.perf_counter()
    while (took := time.perf_counter() - begun) < seconds:
        number += len(next(batches)['inputs'])
    return number / took


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--scene', type=int, default=3000, help='its side [3000]')
    parser.add_argument('--window', type=int, default=512)
    parser.add_argument('--workers', type=int, default=4)
    parser.add_argument('--batch', type=int, default=8, help='windows [8]')
    parser.add_argument('--step', type=float, default=0.2, help='seconds [0.2]')
    parser.add_argument('--iterations', type=int, default=8)
    args = parser.parse_args()
    init_default_scope('mmseg')
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        prepare(args.scene, args.window)
        cfg = read_config(args.workers, args.batch)
        alone = read_config(0, args.batch)
        figures = {
            'data_time': waiting(cfg, trainer(cfg), args.iterations),
            'data_time_of_fast_device': waiting(
                cfg, lambda _: time.sleep(args.step), 5 * args.iterations
            ),
            'images_per_second': images_per_second(alone),
        }
        os.chdir('/')
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


if __name__ == '__main__':
    main()
