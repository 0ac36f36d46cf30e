"""Time of a training iteration over that of a hand-written PyTorch loop.

Both do the same work on the same images: stack and normalise, forward, backward, and
the optimizer steps. Iterations of the two are interleaved, so that whatever else the
machine does meets both alike; the figure is the ratio of medians. Memory that is freed
stays with the process. The last line is one JSON object of name: ratio.

    python tools/benchmarks/train_step.py [--pairs 8] [--size 96] [--iterations 30]
        [--methods adaptsegnet clan] [--published]
"""

import argparse
import copy
import ctypes
import functools
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from adversary_and_teacher import OVERRIDES, AdversaryAndTeacherLoop
from feature_critics import (
    MEAN,
    STD,
    DannLoop,
    LSDLoop,
    SourceOnlyLoop,
    segmentation_loss,
    stack,
)
from mmengine.config import Config
from mmengine.logging import MessageHub
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from output_critics import (
    CAFFE_MEAN,
    AdaptSegNetLoop,
    AdventLoop,
    CategoryAdaptiveLoop,
    ClanLoop,
    MultiSourceLoop,
)
from self_training import DacsLoop, MicLoop
from target_losses import DCANLoop, MaximumSquaresLoop, MinEntLoop, MMDLoop
from torch import nn

from mmuda.jobs.config import load_config

CONFIGS = Path(__file__).parents[2] / 'configs'


def make_batch(domains: list[str], size: int) -> dict:
    """A mini-batch as the data loader gives it."""
    samples = []
    for domain in domains:
        meta = dict(domain=domain, img_shape=(size, size), ori_shape=(size, size))
        sample = SegDataSample(metainfo=meta)
        if domain != 'target':
            sample.gt_sem_seg = PixelData(data=torch.randint(6, (1, size, size)))
        samples.append(sample)
    images = [torch.randint(256, (3, size, size)).byte() for _ in domains]
    return dict(inputs=images, data_samples=samples)


class ToyLoop(AdversaryAndTeacherLoop):
    """A generator in two phases and a mean teacher, as one would write them."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model, stack, segmentation_loss)


class DeepLabDacsLoop(DacsLoop):
    """On DeepLabV2."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model, lambda image: image.flip(0) - CAFFE_MEAN, self._sgd)

    @staticmethod
    def _sgd(segmentor: nn.Module) -> torch.optim.Optimizer:
        return torch.optim.SGD(
            [
                dict(params=segmentor.backbone.parameters()),
                dict(params=segmentor.decode_head.parameters(), lr=2.5e-3),
            ],
            lr=2.5e-4,
            momentum=0.9,
            weight_decay=5e-4,
        )


ADAM_EPS = 1e-4


class DAFormerMicLoop(MicLoop):
    """On DAFormer's network."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model, lambda image: (image - MEAN) / STD, self._adamw)

    @staticmethod
    def _adamw(segmentor: nn.Module) -> torch.optim.Optimizer:
        backbone = segmentor.backbone
        norms = [m for m in backbone.modules() if isinstance(m, nn.LayerNorm)]
        flat = [p for norm in norms for p in norm.parameters()]
        known = set(flat)
        groups = [
            dict(params=[p for p in backbone.parameters() if p not in known]),
            dict(params=flat, weight_decay=0.0),
            dict(params=segmentor.decode_head.parameters(), lr=6e-4),
        ]
        return torch.optim.AdamW(groups, 6e-5, eps=ADAM_EPS, weight_decay=0.01)


def build(
    config: str, method: type, published: bool = False
) -> tuple[nn.Module, object, Callable]:
    """A model of mmuda, its optimizer, and the hand-written loop on an equal model.

    Unless it is to be the published one, the network has the size that ``--demo`` gives
    it, at which what is not arithmetic weighs most; weights of losses are the published
    ones.
    """
    cfg = _config_of(config, method, published)
    segmentor = cfg.model.get('segmentor', cfg.model)
    segmentor.backbone.init_cfg = None
    if issubclass(method, LSDLoop):
        for wrapper in cfg.optim_wrapper.values():
            if isinstance(wrapper, dict):
                wrapper.optimizer = dict(type='SGD', lr=method.LEARNING_RATE)
    if config.startswith('multi_source'):
        # The optimizer of the other loops, and a mean that needs no images.
        cfg.model.data_preprocessor.domains = None
        cfg.optim_wrapper.segmentor = cfg.segmentor_optimizer
    model = MODELS.build(cfg.model).train()
    by_hand = method(copy.deepcopy(model))
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)
    return model, optimizer, by_hand


def _config_of(config: str, method: type, whole: bool) -> Config:
    """A config with the weights of losses as published, cut down unless ``whole``."""
    published = load_config(CONFIGS / config)
    cfg = copy.deepcopy(published)
    if issubclass(method, AdversaryAndTeacherLoop):
        cfg.merge_from_dict(copy.deepcopy(OVERRIDES))
    if 'semsim' not in config and not whole:
        cfg.model = load_config(CONFIGS / config, small=True).model
        for name, objective in published.model.objectives.items():
            weights = {k: v for k, v in objective.items() if k.endswith('weight')}
            cfg.model.objectives[name].update(weights)
    if config.startswith('clan'):
        cfg.model.objectives.output.update(warm_up=1, duration=10**9)
        MessageHub.get_current_instance().update_info('iter', 2)
    if config.startswith('dacs'):
        del cfg.model.objectives.mix['augmentation']  # as published
    if config.startswith('mic'):
        # A gradient that is 0 but for rounding would else be a step of full size.
        cfg.optim_wrapper.segmentor.optimizer.eps = ADAM_EPS
    return cfg


def keep_freed_memory() -> None:
    """Let the C library keep what is freed, where it is glibc.

    Else it hands the end of its heap back to the kernel and fetches it again, thousands
    of pages in an iteration. How many either loop meets depends on where in the heap
    something happens to lie: a few percent of the time, which neither can help.
    """
    option = getattr(ctypes.CDLL(None), 'mallopt', None)
    if option is not None:
        trim_threshold, mmap_threshold = -1, -3  # malloc.h
        option(trim_threshold, 2**31 - 1)
        option(mmap_threshold, 2**25)


def seconds(step: Callable, batch: dict) -> float:
    """Time of one iteration."""
    start = time.perf_counter()
    step(batch)
    return time.perf_counter() - start


def ratio(steps: tuple[Callable, Callable], batch: dict, iterations: int) -> float:
    """Ratio of the median times, first over second, after two iterations to warm up."""
    times: tuple[list, list] = ([], [])
    for i in range(iterations + 2):
        # Alternate who goes first: the second finds warm caches.
        for which in (0, 1) if i % 2 else (1, 0):
            times[which].append(seconds(steps[which], copy.deepcopy(batch)))
    ours, by_hand = (statistics.median(t[2:]) for t in times)
    print(f'{ours:.4f} s per iteration, by hand {by_hand:.4f} s')
    return ours / by_hand


CITIES = 'hannover_vaihingen.py'
PAIR = ['source', 'target']
METHODS = {
    'dann': (f'semsim/dann_{CITIES}', DannLoop, PAIR),
    'adversary_and_teacher': (f'semsim/dann_{CITIES}', ToyLoop, PAIR),
    'source_only': (f'semsim/source-only_{CITIES}', SourceOnlyLoop, ['source']),
    'adaptsegnet': (f'adaptsegnet/adaptsegnet-multi_{CITIES}', AdaptSegNetLoop, PAIR),
    'advent': (f'advent/advent_{CITIES}', AdventLoop, PAIR),
    'clan': (f'clan/clan_{CITIES}', ClanLoop, PAIR),
    'minent': (f'advent/minent_{CITIES}', MinEntLoop, PAIR),
    'maximum_squares': (
        f'maximum_squares/maximum-squares_{CITIES}',
        MaximumSquaresLoop,
        PAIR,
    ),
    'mmd': (f'mmd/mmd_{CITIES}', MMDLoop, PAIR),
    'dacs': (f'dacs/dacs_{CITIES}', DeepLabDacsLoop, PAIR),
    'mic': (f'mic/mic_{CITIES}', DAFormerMicLoop, PAIR),
    'dcan': (f'dcan/dcan_{CITIES}', DCANLoop, PAIR),
    'lsd': (f'lsd/lsd_{CITIES}', LSDLoop, PAIR),
    'category_adaptive': (
        f'category_adaptive/style_{CITIES}',
        CategoryAdaptiveLoop,
        PAIR,
    ),
    'multi_source': (
        'multi_source/multi-source_hannover-potsdam_vaihingen.py',
        MultiSourceLoop,
        ['source_0', 'source_1', 'target'],
    ),
}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--pairs', type=int, default=8)
    parser.add_argument('--size', type=int, default=96)
    parser.add_argument('--iterations', type=int, default=30)
    parser.add_argument('--methods', nargs='+', choices=METHODS, help='all by default')
    parser.add_argument(
        '--published', action='store_true', help='networks as large as in the papers'
    )
    args = parser.parse_args()
    keep_freed_memory()
    init_default_scope('mmseg')
    torch.manual_seed(0)
    figures = {}
    for name in args.methods or METHODS:
        config, method, domains = METHODS[name]
        batch = make_batch(domains * args.pairs, args.size)
        model, optimizer, by_hand = build(config, method, args.published)
        steps = (functools.partial(model.train_step, optim_wrapper=optimizer), by_hand)
        figures[name] = round(ratio(steps, batch, args.iterations), 4)
    print(json.dumps(figures))


if __name__ == '__main__':
    main()
