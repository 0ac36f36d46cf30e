"""Time of a training iteration over that of a hand-written PyTorch loop.

Both do the same work on the same images: stack and normalise, forward, backward, and
the optimizer steps. Iterations of the two are interleaved, so that whatever else the
machine does meets both alike; the figure is the ratio of medians. The last line is
one JSON object of name: ratio.

    python tools/benchmarks/train_step.py [--pairs 8] [--size 96] [--iterations 30]
"""

import argparse
import copy
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor, nn

import mmuda  # noqa: F401  # registers what the configs name

CONFIGS = Path(__file__).parents[2] / 'configs' / 'semsim'
SOURCE_ONLY = 'source-only_hannover_vaihingen.py'
MEAN = torch.tensor([123.675, 116.28, 103.53]).view(3, 1, 1)
STD = torch.tensor([58.395, 57.12, 57.375]).view(3, 1, 1)


def make_batch(domains: list[str], size: int) -> dict:
    """A mini-batch as the data loader gives it."""
    samples = []
    for domain in domains:
        meta = dict(domain=domain, img_shape=(size, size), ori_shape=(size, size))
        sample = SegDataSample(metainfo=meta)
        if domain == 'source':
            sample.gt_sem_seg = PixelData(data=torch.randint(6, (1, size, size)))
        samples.append(sample)
    images = [torch.randint(256, (3, size, size)).byte() for _ in domains]
    return dict(inputs=images, data_samples=samples)


def stack(images: list[Tensor]) -> Tensor:
    """Normalised images as one tensor."""
    return torch.stack([(image.float() - MEAN) / STD for image in images])


def segmentation_loss(segmentor: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy at the resolution of the labels, and the accuracy MMSeg logs."""
    logits = segmentor.decode_head(segmentor.backbone(images))
    logits = F.interpolate(logits, labels.shape[1:], mode='bilinear')
    (logits.argmax(1) == labels).float().mean().item()
    return F.cross_entropy(logits, labels, ignore_index=255)


def encode(segmentor: nn.Module, images: Tensor) -> Tensor:
    """The feature space: the encoder and the pyramid, no decoder."""
    return segmentor.decode_head._forward_feature(segmentor.backbone(images))


class SourceOnlyLoop:
    """Supervised training, as one would write it."""

    def __init__(self, model: nn.Module) -> None:
        self.segmentor = model
        self.optimizer = torch.optim.Adadelta(model.parameters())

    def __call__(self, batch: dict) -> None:
        """One iteration."""
        labels = torch.cat([s.gt_sem_seg.data for s in batch['data_samples']])
        loss = segmentation_loss(self.segmentor, stack(batch['inputs']), labels)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()


class DannLoop:
    """The three steps of the SemSim paper, as one would write them."""

    def __init__(self, model: nn.Module) -> None:
        self.segmentor = model.segmentor
        self.discriminator = model.objectives['alignment'].discriminator
        head = self.segmentor.decode_head
        pyramid = [head.image_pool, head.aspp_modules, head.bottleneck]
        self.encoder = nn.ModuleList([self.segmentor.backbone, *pyramid])
        learners = (self.segmentor, self.discriminator, self.encoder)
        self.optimizers = [torch.optim.Adadelta(m.parameters()) for m in learners]

    def _step(self, loss: Tensor, which: int) -> None:
        loss.backward()
        self.optimizers[which].step()
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    def __call__(self, batch: dict) -> None:
        """One iteration."""
        source = stack(batch['inputs'][0::2])
        target = stack(batch['inputs'][1::2])
        labels = torch.cat([s.gt_sem_seg.data for s in batch['data_samples'][0::2]])
        self._step(segmentation_loss(self.segmentor, source, labels), 0)

        domains = [encode(self.segmentor, images) for images in (source, target)]
        features = torch.cat(domains)
        scores = self.discriminator(features.detach())
        answers = scores.new_zeros(scores.shape[::2][:1] + scores.shape[2:]).long()
        answers[len(source) :] = 1
        (scores.argmax(1) == answers).float().mean().item()
        self._step(F.cross_entropy(scores, answers), 1)

        self.discriminator.requires_grad_(False)
        loss = F.cross_entropy(self.discriminator(features), 1 - answers)
        self._step(loss, 2)
        self.discriminator.requires_grad_(True)


def build(config: str, method: type) -> tuple[Callable, Callable]:
    """One iteration of mmuda, and one of the hand-written loop, on equal models."""
    cfg = Config.fromfile(CONFIGS / config)
    segmentor = cfg.model.get('segmentor', cfg.model)
    segmentor.backbone.init_cfg = None
    model = MODELS.build(cfg.model).train()
    by_hand = method(copy.deepcopy(model))
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)
    return lambda batch: model.train_step(batch, optimizer), by_hand


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
    print(f'{ours:.4f} s an iteration, by hand {by_hand:.4f} s')
    return ours / by_hand


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--pairs', type=int, default=8)
    parser.add_argument('--size', type=int, default=96)
    parser.add_argument('--iterations', type=int, default=30)
    args = parser.parse_args()
    init_default_scope('mmseg')
    torch.manual_seed(0)
    methods = {
        'dann': ('dann_hannover_vaihingen.py', DannLoop, ['source', 'target']),
        'source_only': (SOURCE_ONLY, SourceOnlyLoop, ['source']),
    }
    figures = {}
    for name, (config, method, domains) in methods.items():
        batch = make_batch(domains * args.pairs, args.size)
        figures[name] = round(ratio(build(config, method), batch, args.iterations), 4)
    print(json.dumps(figures))


if __name__ == '__main__':
    main()
