"""A toy method for the benchmark: a generator in two phases, a mean teacher in a third.

What LSD and mean teachers will ask of the training step: one embedding per image for
three phases, one pass of the generator for two, and an average of the weights that
follows every step.
"""

import copy

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.model import MomentumAnnealingEMA
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmuda.models.domains import Domains
from mmuda.models.objectives import Objective
from mmuda.models.phased import Losses

EMBEDDING, LOGITS = 'decode_head.bottleneck', 'decode_head.conv_seg'
MOMENTUM = 0.01


def make_generator(channels: int) -> nn.Module:
    """An embedding to an image an eighth as large."""
    return nn.Sequential(
        nn.Conv2d(channels, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 3, 3, padding=1)
    )


def make_discriminator() -> nn.Module:
    """An image to scores of its locations."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(64, 1, 1)
    )


def adversarial(scores: Tensor, real: float) -> Tensor:
    """Least squares."""
    return (scores - real).square().mean()


def consistency(student: Tensor, teacher: Tensor) -> Tensor:
    """Cross-entropy of the student for what the teacher predicts."""
    return F.cross_entropy(student, teacher.argmax(1))


@MODELS.register_module()
class AdversaryAndTeacher(Objective):
    """Critic, generator, segmentor: see the module's description.

    Args:
        embedding: The layer that images are generated from.
    """

    def __init__(self, embedding: str = EMBEDDING) -> None:
        super().__init__()
        self.taps = (embedding, LOGITS)

    def attach(self, segmentor: nn.Module) -> None:
        """Make the networks and the teacher."""
        super().attach(segmentor)
        self.generator = make_generator(self.channels(self.taps[0]))
        self.discriminator = make_discriminator()
        self.teacher = MomentumAnnealingEMA(segmentor, momentum=MOMENTUM, gamma=1)

    def _scores(self, domains: Domains, phase: str) -> Tensor:
        """Of images generated from the target's embedding, for ``phase`` to learn."""
        outputs = domains.outputs('target', self.taps, phases=['segmentor'])
        fake = domains.through(self.generator, outputs[self.taps[0]], phases=[phase])
        return self.discriminator(fake)

    def loss_critic(self, domains: Domains) -> Losses:
        """The discriminator calls what the generator makes fake, images real."""
        small = F.avg_pool2d(domains['target'].inputs, 8)
        fake = adversarial(self._scores(domains, 'generator'), 0.0)
        return {'loss': fake + adversarial(self.discriminator(small), 1.0)}

    def loss_generator(self, domains: Domains) -> Losses:
        """The generator wants its images called real."""
        return {'loss': adversarial(self._scores(domains, 'generator'), 1.0)}

    def loss_segmentor(self, domains: Domains) -> Losses:
        """So does the segmentor; and it is to agree with its teacher."""
        scores = self._scores(domains, 'segmentor')
        student = domains.outputs('target', self.taps)[LOGITS]
        with torch.no_grad():
            teacher = self.teacher(domains['target'].inputs, mode='tensor')
        return {
            'loss_adversarial': 0.01 * adversarial(scores, 1.0),
            'loss_consistency': consistency(student, teacher),
        }

    def after_step(self, phase: str) -> None:
        """The teacher follows."""
        if phase == 'segmentor':
            self.teacher.update_parameters(self.segmentor)


OPTIMIZER = dict(optimizer=dict(type='SGD', lr=0.01, momentum=0.9))
OVERRIDES = dict(
    model=dict(
        objectives=dict(
            _delete_=True,
            supervision=dict(type='Supervision', phase='segmentor'),
            toy=dict(type='AdversaryAndTeacher'),
        ),
        phases=[
            dict(name='critic', updates=['objectives.toy.discriminator']),
            dict(name='generator', updates=['objectives.toy.generator']),
            dict(name='segmentor', updates=['segmentor']),
        ],
    ),
    optim_wrapper=dict(
        _delete_=True,
        constructor='PhasedOptimWrapperConstructor',
        critic=OPTIMIZER,
        generator=OPTIMIZER,
        segmentor=OPTIMIZER,
    ),
)


class AdversaryAndTeacherLoop:
    """The same, as one would write it.

    Args:
        model: Where the networks are taken from.
        prepare: Turns the images of a mini-batch into one normalised tensor.
        supervise: The loss of a segmentor on images and labels.
    """

    def __init__(self, model: nn.Module, prepare: object, supervise: object) -> None:
        self.segmentor = model.segmentor
        toy = model.objectives['toy']
        self.generator, self.discriminator = toy.generator, toy.discriminator
        self.teacher, self.steps = copy.deepcopy(self.segmentor), 0
        self.prepare, self.supervise = prepare, supervise
        self.optimizers = [
            torch.optim.SGD(m.parameters(), lr=0.01, momentum=0.9)
            for m in (self.discriminator, self.generator, self.segmentor)
        ]

    def _step(self, loss: Tensor, which: int) -> None:
        loss.backward()
        self.optimizers[which].step()
        for optimizer in self.optimizers:
            optimizer.zero_grad()

    def _follow(self) -> None:
        self.steps += 1
        momentum = max(MOMENTUM, 1 / self.steps)
        with torch.no_grad():
            ours, theirs = self.teacher.parameters(), self.segmentor.parameters()
            for average, value in zip(ours, theirs, strict=True):
                average.lerp_(value, momentum)
        for average, value in zip(
            self.teacher.buffers(), self.segmentor.buffers(), strict=True
        ):
            average.copy_(value)

    def __call__(self, batch: dict) -> None:
        """One iteration."""
        source = self.prepare(batch['inputs'][0::2])
        target = self.prepare(batch['inputs'][1::2])
        labels = torch.cat([s.gt_sem_seg.data for s in batch['data_samples'][0::2]])

        head = self.segmentor.decode_head
        kept = {}
        handle = head.bottleneck.register_forward_hook(
            lambda _m, _a, output: kept.setdefault('embedding', output)
        )
        student = head(self.segmentor.backbone(target))
        handle.remove()
        embedding = kept['embedding']

        fake = self.generator(embedding.detach())
        real = self.discriminator(F.avg_pool2d(target, 8))
        judged = self.discriminator(fake.detach())
        self._step(adversarial(judged, 0.0) + adversarial(real, 1.0), 0)

        self.discriminator.requires_grad_(False)
        self._step(adversarial(self.discriminator(fake), 1.0), 1)

        self.generator.requires_grad_(False)
        loss = self.supervise(self.segmentor, source, labels)
        scores = self.discriminator(self.generator(embedding))
        loss = loss + 0.01 * adversarial(scores, 1.0)
        with torch.no_grad():
            wanted = self.teacher.decode_head(self.teacher.backbone(target))
        self._step(loss + consistency(student, wanted), 2)
        self._follow()
        self.discriminator.requires_grad_(True)
        self.generator.requires_grad_(True)
