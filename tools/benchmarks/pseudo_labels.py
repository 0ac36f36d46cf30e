"""What pseudo-labelling costs beside the bare forward pass.

    python tools/benchmarks/pseudo_labels.py [--images 16] [--repeats 5] [--published]

Both list and load the same images of a demo city and predict them in the same mini-
batches. The bare pass does nothing else; pseudo-labelling keeps the predictions, finds
the thresholds, chooses, and writes labels, figures and a sheet, which costs the same
however many images there are. Runs of the two are interleaved; the figure is the ratio
of the medians, on a CPU of processor time. The last line is one JSON object of
strategy: ratio.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmuda.jobs.config import load_config
from mmuda.jobs.prerequisites import data_of, provide
from mmuda.jobs.pseudo_labels import LabellingJob, make_pseudo_labels
from mmuda.jobs.pseudo_labels.predictions import predict_all
from mmuda.jobs.statistics import with_target_images
from mmuda.pseudo_labels import STRATEGIES

CONFIG = 'adaptsegnet/source-only_hannover_vaihingen.py'
CONFIGS = Path(__file__).parents[2] / 'configs'
OPTIONS = dict(class_shares=dict(shares=[1.0] * 6))


def make_job(images: int, published: bool, folder: Path) -> LabellingJob:
    """A job on so many images, with an untrained model."""
    cfg = load_config(CONFIGS / CONFIG, demo=True)
    provide(data_of(cfg), cfg)
    if published:
        cfg.model = load_config(CONFIGS / CONFIG).model
        cfg.model.backbone.init_cfg = None
    cfg = with_target_images(cfg)
    provide(data_of(cfg), cfg)
    cfg.train_dataloader.dataset.target.indices = images
    init_default_scope('mmseg')
    checkpoint = folder / 'model.pth'
    torch.save(dict(state_dict=MODELS.build(cfg.model).state_dict()), checkpoint)
    return LabellingJob(cfg, checkpoint, folder / 'out', 'fixed_threshold', {})


def bare(job: LabellingJob) -> None:
    """List the images, load a model and predict them all."""
    job = replace(job)  # that has listed nothing yet
    for _ in predict_all(job, range(len(job.images))):
        pass


CLOCK = time.perf_counter if torch.cuda.is_available() else time.process_time


def seconds(call: Callable[[], object]) -> float:
    """Time of one call."""
    start = CLOCK()
    call()
    return CLOCK() - start


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--images', type=int, default=16)
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument(
        '--published', action='store_true', help='ResNet-101, not that of the demo'
    )
    parser.add_argument('--strategies', nargs='+', choices=STRATEGIES)
    args = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        first = make_job(args.images, args.published, Path(folder))
        bare(first)  # to warm up
        make_pseudo_labels(first)
        for strategy in args.strategies or STRATEGIES:
            times: tuple[list, list] = ([], [])
            for number in range(args.repeats):
                out = Path(folder, f'{strategy}_{number}')
                options = OPTIONS.get(strategy, {})
                job = replace(first, strategy=strategy, options=options, out=out)
                calls = (lambda job=job: make_pseudo_labels(job), lambda: bare(first))
                # Alternate who goes first: the second finds warm caches.
                for which in (0, 1) if number % 2 else (1, 0):
                    times[which].append(seconds(calls[which]))
            ours, alone = map(statistics.median, times)
            print(f'{strategy}: {ours:.3f} s, bare forward passes {alone:.3f} s')
            figures[strategy] = round(ours / alone, 4)
    print(json.dumps(figures))


if __name__ == '__main__':
    main()
