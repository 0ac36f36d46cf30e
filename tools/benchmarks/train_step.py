"""Time of a training iteration over that of a hand-written PyTorch loop.

Both do the same work on the same images: stack and normalise, forward, backward, and
the optimizer steps. Iterations of the two are interleaved, so that whatever else the
machine does meets both alike; the figure is the ratio of medians. The last line is
one JSON object of name: ratio.

    python tools/benchmarks/train_step.py [--pairs 8] [--size 96] [--iterations 30]
        [--methods adaptsegnet clan]
"""

import argparse
import copy
import functools
import json
import math
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from adversary_and_teacher import OVERRIDES, AdversaryAndTeacherLoop
from mmengine.logging import MessageHub
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from self_training import DacsLoop, MicLoop
from torch import Tensor, nn

from mmuda.jobs.config import load_config

CONFIGS = Path(__file__).parents[2] / 'configs'
MEAN = torch.tensor([123.675, 116.28, 103.53]).view(3, 1, 1)
STD = torch.tensor([58.395, 57.12, 57.375]).view(3, 1, 1)


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


class ToyLoop(AdversaryAndTeacherLoop):
    """A generator in two phases and a mean teacher, as one would write them."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model, stack, segmentation_loss)


CAFFE_MEAN = torch.tensor([104.00698793, 116.66876762, 122.67891434]).view(3, 1, 1)


class OutputLoop:
    """AdaptSegNet and its kin, as one would write them: segmentor, then critics.

    Args:
        model: Where the networks are taken from.
        classifiers: The classifiers, by name.
        levels: Of each discriminator: its classifier, its sources and the weight of
            the adversarial loss.
    """

    reads_target = True  # whether the classifiers' logits of the target are needed

    def __init__(
        self, model: nn.Module, classifiers: dict[str, nn.Module], levels: dict
    ) -> None:
        self.segmentor = model.segmentor
        self.classifiers = classifiers
        self.levels = levels
        self.critics = {name: model.objectives[name].discriminator for name in levels}
        heads = [p for c in classifiers.values() for p in c.parameters()]
        self.optimizer = torch.optim.SGD(
            [
                dict(params=self._backbone()),
                dict(params=heads, lr=2.5e-3),
            ],
            lr=2.5e-4,
            momentum=0.9,
            weight_decay=5e-4,
        )
        critics = [p for c in self.critics.values() for p in c.parameters()]
        if critics:
            self.critic_optimizer = torch.optim.Adam(critics, 1e-4, betas=(0.9, 0.99))
        self.features: dict[str, tuple[Tensor, ...]] = {}

    def _backbone(self) -> list[nn.Parameter]:
        return [p for p in self.segmentor.backbone.parameters() if p.requires_grad]

    def represent(self, logits: Tensor) -> Tensor:
        """What a discriminator sees."""
        return logits.softmax(1)

    def predict(
        self, domain: str, images: Tensor, sources: list[str]
    ) -> dict[str, Tensor]:
        """Logits at the size of the images, of the classifiers that need them."""
        features = self.features[domain] = self.segmentor.backbone(images)
        if domain == 'target':
            needed = self.classifiers if self.reads_target else {}
        else:
            needed = {
                name: head
                for name, head in self.classifiers.items()
                if domain in self.sources_of(name, sources)
            }
        return {
            name: F.interpolate(
                head(features), images.shape[2:], mode='bilinear', align_corners=True
            )
            for name, head in needed.items()
        }

    def supervise(self, name: str, logits: Tensor, labels: Tensor) -> Tensor:
        """The loss of one classifier."""
        (logits.argmax(1) == labels).float().mean()
        weight = 0.1 if name.startswith('feature') else 1.0
        return weight * F.cross_entropy(logits, labels, ignore_index=255)

    def sources_of(self, classifier: str, sources: list[str]) -> list[str]:
        """The sources that a classifier learns from."""
        del classifier
        return sources

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Loss of the segmentor on the target, and the maps that critics see."""
        total, maps = 0, {}
        for name, (classifier, _, weight) in self.levels.items():
            maps[name] = self.represent(target[classifier])
            total = total + weight * vanilla(self.critics[name](maps[name]), 0.0)
        return total, maps

    def critic_loss(self, name: str, sources: list[Tensor], target: Tensor) -> Tensor:
        """Loss of one discriminator."""
        critic = self.critics[name]
        of_sources = [vanilla(critic(source), 0.0) for source in sources]
        return (torch.stack(of_sources).mean() + vanilla(critic(target), 1.0)) / 2

    def source_map(self, name: str, logits: dict[str, Tensor]) -> Tensor:
        """What the discriminator ``name`` sees of a source."""
        return self.represent(logits[self.levels[name][0]].detach())

    def __call__(self, batch: dict) -> None:
        """One iteration."""
        groups: dict[str, list] = {}
        for image, sample in zip(batch['inputs'], batch['data_samples'], strict=True):
            groups.setdefault(sample.domain, []).append((image, sample))
        names = sorted(name for name in groups if name != 'target')
        images = {
            name: torch.stack([x.flip(0).float() - CAFFE_MEAN for x, _ in members])
            for name, members in groups.items()
        }
        for critic in self.critics.values():
            critic.requires_grad_(False)
        loss, predictions = 0, {}
        for name in names:
            labels = torch.cat([s.gt_sem_seg.data for _, s in groups[name]])
            predictions[name] = self.predict(name, images[name], names)
            for head, logits in predictions[name].items():
                share = 1 / len(self.sources_of(head, names))
                loss = loss + share * self.supervise(head, logits, labels)
        target = self.predict('target', images['target'], names)
        adversarial, targets = self.adversarial(target)
        (loss + adversarial).backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        if not self.critics:
            return

        total = 0
        for name, critic in self.critics.items():
            critic.requires_grad_(True)
            known = self.levels[name][1] or names
            sources = [self.source_map(name, predictions[s]) for s in known]
            total = total + self.critic_loss(name, sources, targets[name].detach())
        total.backward()
        self.critic_optimizer.step()
        self.critic_optimizer.zero_grad()


def vanilla(scores: Tensor, truth: float) -> Tensor:
    """Binary cross-entropy for the same answer everywhere."""
    answers = torch.full_like(scores, truth)
    return F.binary_cross_entropy_with_logits(scores, answers)


class AdaptSegNetLoop(OutputLoop):
    """Two levels."""

    def __init__(self, model: nn.Module) -> None:
        segmentor = model.segmentor
        heads = dict(output=segmentor.decode_head, feature=segmentor.auxiliary_head)
        levels = dict(output=('output', None, 0.001), feature=('feature', None, 0.0002))
        super().__init__(model, heads, levels)


class AdventLoop(AdaptSegNetLoop):
    """The same on weighted self-information."""

    def represent(self, logits: Tensor) -> Tensor:
        """The map of ADVENT."""
        log_p = F.log_softmax(logits, 1)
        return -log_p.exp() * log_p / math.log(logits.shape[1])


class ClanLoop(OutputLoop):
    """Two classifiers, after the warm-up, without fading out."""

    def __init__(self, model: nn.Module) -> None:
        heads = dict(model.segmentor.decode_head.branches.items())
        super().__init__(model, heads, dict(output=('first', None, 0.001)))

    def supervise(self, name: str, logits: Tensor, labels: Tensor) -> Tensor:
        """Cross-entropy with focal weights."""
        del name
        (logits.argmax(1) == labels).float().mean()
        surprise = F.cross_entropy(logits, labels, reduction='none')
        return ((1 - surprise.neg().exp()) ** 2 * surprise).mean()

    def _judge(self, maps: Tensor, truth: float, weights: Tensor | None) -> Tensor:
        scores = self.critics['output'](maps)
        scores = F.interpolate(
            scores, maps.shape[2:], mode='bilinear', align_corners=True
        )
        if weights is None:
            return vanilla(scores, truth)
        answers = torch.full_like(scores, truth)
        loss = F.binary_cross_entropy_with_logits(scores, answers, reduction='none')
        return ((0.4 + 40 * weights) * loss).mean()

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Weighted by disagreement; the classifiers' weights are pushed apart."""
        one, other = (target[name].softmax(1) for name in ('first', 'second'))
        self.weights = 1 - F.cosine_similarity(one, other).unsqueeze(1)
        maps = (target['first'] + target['second']).softmax(1)
        w1, w2 = (
            torch.cat([p.flatten() for p in head.conv_seg.parameters()])
            for head in self.classifiers.values()
        )
        similarity = F.cosine_similarity(w1, w2, dim=0) + 1
        loss = 0.001 * self._judge(maps, 0.0, self.weights) + 0.02 * similarity
        return loss, dict(output=maps)

    def source_map(self, name: str, logits: dict[str, Tensor]) -> Tensor:
        """The sum of both predictions."""
        del name
        return (logits['first'] + logits['second']).detach().softmax(1)

    def critic_loss(self, name: str, sources: list[Tensor], target: Tensor) -> Tensor:
        """The target with the same weights; not halved."""
        del name
        (source,) = sources
        of_target = self._judge(target, 1.0, self.weights.detach())
        return self._judge(source, 0.0, None) + of_target


class MultiSourceLoop(OutputLoop):
    """Branches for each source and all, at two levels."""

    KNOWN = dict(s1=['source_0'], s2=['source_1'], all=['source_0', 'source_1'])

    def __init__(self, model: nn.Module) -> None:
        segmentor = model.segmentor
        heads, levels = {}, {}
        for level, head, weight in (
            ('output', segmentor.decode_head, 0.001),
            ('feature', segmentor.auxiliary_head, 0.0002),
        ):
            for name, known in self.KNOWN.items():
                heads[f'{level}_{name}'] = head.branches[name]
                levels[f'{level}_{name}'] = (f'{level}_{name}', known, weight)
        super().__init__(model, heads, levels)

    def sources_of(self, classifier: str, sources: list[str]) -> list[str]:
        """Those of the branch."""
        return self.KNOWN[classifier.split('_')[1]]


class MinEntLoop(OutputLoop):
    """Entropy at two levels, no discriminator."""

    WEIGHTS = dict(output=0.001, feature=0.0002)

    def __init__(self, model: nn.Module) -> None:
        segmentor = model.segmentor
        heads = dict(output=segmentor.decode_head, feature=segmentor.auxiliary_head)
        super().__init__(model, heads, {})

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Mean entropy of the target's predictions."""
        total = 0
        for name, logits in target.items():
            log_p = F.log_softmax(logits, 1)
            entropy = -(log_p.exp() * log_p).sum(1).mean() / math.log(logits.shape[1])
            total = total + self.WEIGHTS[name] * entropy
        return total, {}


class OneLevelLoop(OutputLoop):
    """One classifier, no discriminator."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model, dict(output=model.segmentor.decode_head), {})


class MaximumSquaresLoop(OneLevelLoop):
    """Squared probabilities of the target; the first layer's normalisation stands."""

    def _backbone(self) -> list[nn.Parameter]:
        still = set(self.segmentor.backbone.bn1.parameters())
        return [p for p in super()._backbone() if p not in still]

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Their negative mean."""
        return -0.1 * target['output'].softmax(1).square().mean() / 2, {}


class MMDLoop(OneLevelLoop):
    """The discrepancy of features at 512 locations of each domain."""

    reads_target = False

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Seventeen kernels, all pairs."""
        del target
        points = []
        for domain in ('source', 'target'):
            vectors = self.features[domain][3].movedim(1, -1).flatten(0, -2)
            points.append(vectors[torch.randint(len(vectors), (512,))])
        squares = torch.cdist(torch.cat(points), torch.cat(points)).square()
        bandwidth = squares.detach().sum() / (1024 * 1023)
        widths = [2.0**k * bandwidth for k in range(-8, 9)]
        kernel = torch.stack([torch.exp(-squares / w) for w in widths]).mean(0)
        kernel = kernel - torch.diag(kernel.diagonal())
        within = kernel[:512, :512].sum() + kernel[512:, 512:].sum()
        return 0.1 * (within / (512 * 511) - 2 * kernel[:512, 512:].mean()), {}


class DCANLoop(OneLevelLoop):
    """Mean and deviation of the channels of four stages."""

    reads_target = False

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Those of the source towards the target's."""
        del target
        total = 0
        for source, other in zip(
            self.features['source'], self.features['target'], strict=True
        ):
            found = [torch.var_mean(f, (0, 2, 3)) for f in (source, other.detach())]
            (v1, m1), (v2, m2) = found
            deviations = ((v1 + 1e-8).sqrt() - (v2 + 1e-8).sqrt()).square().mean()
            total = total + (m1 - m2).square().mean() + deviations
        return 0.1 * total, {}


class LSDLoop:
    """LSD: D, then G, then F and C, as one would write it.

    By SGD: biases before instance normalisation have a gradient of rounding errors, of
    which Adam would make whole steps.
    """

    LEARNING_RATE = 0.01

    def __init__(self, model: nn.Module) -> None:
        self.segmentor = model.segmentor
        objective = model.objectives['alignment']
        self.alpha, self.beta = objective.alpha, objective.beta
        self.generator, self.discriminator = (
            objective.generator,
            objective.discriminator,
        )
        self.critics = dict(alignment=self.discriminator)
        self.generators = dict(alignment=self.generator)
        self.networks = self.discriminator, self.generator, self.segmentor
        self.optimizers = [
            torch.optim.SGD(network.parameters(), self.LEARNING_RATE)
            for network in self.networks
        ]

    def _step(self, loss: Tensor, which: int) -> None:
        loss.backward()
        self.optimizers[which].step()
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    def _origin(self, scores: Tensor, answer: int) -> Tensor:
        return -scores.log_softmax(1)[:, answer].mean()

    def _labelling(self, scores: Tensor, labels: Tensor) -> Tensor:
        coarse = F.interpolate(labels[:, None].float(), scores.shape[2:])
        return F.cross_entropy(scores, coarse[:, 0].long())

    def _let_learn(self, which: int) -> None:
        for i, network in enumerate(self.networks):
            network.requires_grad_(i == which)

    def __call__(self, batch: dict) -> None:
        """One iteration."""
        images = [stack(batch['inputs'][i::2]) for i in (0, 1)]
        real = [(of_domain * STD + MEAN) / 255 for of_domain in images]
        labels = torch.cat([s.gt_sem_seg.data for s in batch['data_samples'][0::2]])
        size = real[0].shape[2:]

        # One pass of F for all, and of C on the source.
        self._let_learn(2)
        features = self.segmentor.backbone(images[0])
        logits = self.segmentor.decode_head(features)
        (logits.argmax(1) == labels).float().mean()
        task = F.cross_entropy(logits, labels, ignore_index=255)

        self._let_learn(0)
        loss, fakes, embeddings = 0, [], [features[1:]]
        for domain in (0, 1):
            shown = self.discriminator(real[domain])[0]
            if domain == 1:
                self._let_learn(2)
                embeddings.append(self.segmentor.backbone(images[1])[1:])
            self._let_learn(1)
            inputs = [f.detach() for f in embeddings[domain]]
            fakes.append(self.generator(size, None, *inputs))
            self._let_learn(0)
            made, scores = self.discriminator(fakes[domain].detach())
            loss = loss + self._origin(shown, 2 * domain)
            loss = loss + self._origin(made, 2 * domain + 1)
            if domain == 0:
                loss = loss + self._labelling(scores, labels)
        self._step(loss, 0)

        self._let_learn(1)
        loss = 0
        for domain in (0, 1):
            made, _ = self.discriminator(fakes[domain])
            loss = loss + self._origin(made, 2 * domain)
            loss = loss + (fakes[domain] - real[domain]).abs().mean()
        self._step(loss, 1)

        self._let_learn(2)
        loss = task
        for domain in (0, 1):
            fake = self.generator(size, None, *embeddings[domain])
            made, scores = self.discriminator(fake)
            loss = loss + self.beta * self._origin(made, 2 - 2 * domain)
            if domain == 0:
                loss = loss + self.alpha * self._labelling(scores, labels)
        self._step(loss, 2)


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


class CategoryAdaptiveLoop(OutputLoop):
    """One classifier, and the styles of the first two stages."""

    def __init__(self, model: nn.Module) -> None:
        levels = dict(output=('output', None, 0.001), style=('output', None, 0.001))
        super().__init__(model, dict(output=model.segmentor.decode_head), levels)

    def _styles(self, domain: str) -> Tensor:
        """Pooled features of both stages beside each other."""
        return torch.cat([f.mean((2, 3)) for f in self.features[domain][:2]], 1)

    def _judge_styles(self, styles: Tensor, truth: float) -> Tensor:
        widths = [f.shape[1] for f in self.features['target'][:2]]
        critics = self.critics['style'].values()
        parts = zip(critics, styles.split(widths, 1), strict=True)
        return sum(vanilla(critic(part), truth) for critic, part in parts)

    def adversarial(self, target: dict[str, Tensor]) -> tuple[Tensor, dict]:
        """Predictions and styles of the target are to pass for the source's."""
        maps = dict(output=target['output'].softmax(1), style=self._styles('target'))
        loss = 0.001 * vanilla(self.critics['output'](maps['output']), 0.0)
        return loss + 0.001 * self._judge_styles(maps['style'], 0.0), maps

    def source_map(self, name: str, logits: dict[str, Tensor]) -> Tensor:
        """The style of the source, or its predictions."""
        if name == 'style':
            return self._styles('source').detach()
        return super().source_map(name, logits)

    def critic_loss(self, name: str, sources: list[Tensor], target: Tensor) -> Tensor:
        """Loss of one discriminator, or of those of the styles."""
        if name != 'style':
            return super().critic_loss(name, sources, target)
        (source,) = sources
        return (self._judge_styles(source, 0.0) + self._judge_styles(target, 1.0)) / 2


def build(config: str, method: type) -> tuple[nn.Module, object, Callable]:
    """A model of mmuda, its optimizer, and the hand-written loop on an equal model.

    DeepLabV2 has the size that ``--demo`` gives it, at which what is not arithmetic
    weighs most; weights of losses are the published ones.
    """
    published = load_config(CONFIGS / config)
    cfg = copy.deepcopy(published)
    if issubclass(method, AdversaryAndTeacherLoop):
        cfg.merge_from_dict(copy.deepcopy(OVERRIDES))
    if 'semsim' not in config:
        cfg.model = load_config(CONFIGS / config, small=True).model
        for name, objective in published.model.objectives.items():
            weights = {k: v for k, v in objective.items() if k.endswith('weight')}
            cfg.model.objectives[name].update(weights)
    if config.startswith('clan'):
        cfg.model.objectives.output.update(warm_up=1, duration=10**9)
        MessageHub.get_current_instance().update_info('iter', 2)
    if config.startswith('mic'):
        # A gradient that is 0 but for rounding would else be a step of full size.
        cfg.optim_wrapper.segmentor.optimizer.eps = ADAM_EPS
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
    args = parser.parse_args()
    init_default_scope('mmseg')
    torch.manual_seed(0)
    figures = {}
    for name in args.methods or METHODS:
        config, method, domains = METHODS[name]
        batch = make_batch(domains * args.pairs, args.size)
        model, optimizer, by_hand = build(config, method)
        steps = (functools.partial(model.train_step, optim_wrapper=optimizer), by_hand)
        figures[name] = round(ratio(steps, batch, args.iterations), 4)
    print(json.dumps(figures))


if __name__ == '__main__':
    main()
