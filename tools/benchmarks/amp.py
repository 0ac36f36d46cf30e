"""Time of a training iteration in float32 over that with ``--amp``.

On a CPU that is bfloat16 with channels last. Iterations of the two are interleaved, so
that whatever else the machine does meets both alike; the figure is the ratio of
medians. What it can be depends on the CPU: AMX multiplies matrices in bfloat16 up to
eight times as fast as AVX-512 does in float32, AVX-512 with BF16 twice as fast, older
CPUs no faster at all. The last line is one JSON object of name: ratio.

    python tools/benchmarks/amp.py [--pairs 2] [--size 128] [--iterations 10]
        [--threads 1] [--models dann unet deeplabv2]
"""

import argparse
import copy
import json
import logging
import statistics
from functools import partial
from pathlib import Path

import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn
from train_step import make_batch, seconds

from mmuda.engine.amp import channels_last, run_in_mixed_precision
from mmuda.jobs.config import load_config

CONFIGS = Path(__file__).parents[2] / 'configs'
CITIES = 'hannover_vaihingen.py'
PAIR = ['source', 'target']
MODELS_MEASURED = {
    'dann': (f'semsim/dann_{CITIES}', PAIR),
    'unet': (f'semi2i/unet_source-only_{CITIES}', ['source']),
    'deeplabv2': (f'adaptsegnet/adaptsegnet-multi_{CITIES}', PAIR),
}


def build(config: str) -> tuple[list[nn.Module], list[object]]:
    """The model of a config twice, the second in mixed precision, with optimizers."""
    cfg = load_config(str(CONFIGS / config))
    cfg.model.get('segmentor', cfg.model).backbone.init_cfg = None
    model = MODELS.build(cfg.model).train()
    models = [model, copy.deepcopy(model)]
    run_in_mixed_precision(models[1])
    channels_last(models[1])
    return models, [build_optim_wrapper(m, cfg.optim_wrapper) for m in models]


def ratio(config: str, batch: dict, iterations: int) -> float:
    """Ratio of the median times after two iterations to warm up."""
    models, optimizers = build(config)
    times: tuple[list, list] = ([], [])
    for i in range(iterations + 2):
        # Alternate who goes first: the second finds warm caches.
        for which in (0, 1) if i % 2 else (1, 0):
            step = partial(models[which].train_step, optim_wrapper=optimizers[which])
            times[which].append(seconds(step, copy.deepcopy(batch)))
    full, half = (statistics.median(t[2:]) for t in times)
    print(f'{config}: float32 {full:.3f} s per iteration, --amp {half:.3f} s')
    return full / half


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--pairs', type=int, default=2)
    parser.add_argument('--size', type=int, default=128)
    parser.add_argument('--iterations', type=int, default=10)
    parser.add_argument('--threads', type=int, default=1)
    names = list(MODELS_MEASURED)
    parser.add_argument('--models', nargs='+', choices=names, default=names)
    args = parser.parse_args()
    logging.disable(logging.INFO)
    torch.set_num_threads(args.threads)
    init_default_scope('mmseg')
    torch.manual_seed(0)
    figures = {}
    for name in args.models:
        config, domains = MODELS_MEASURED[name]
        batch = make_batch(domains * args.pairs, args.size)
        figures[name] = round(ratio(config, batch, args.iterations), 4)
    print(json.dumps(figures))


if __name__ == '__main__':
    main()
