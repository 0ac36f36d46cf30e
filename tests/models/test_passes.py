"""Forward passes of an iteration: none is made twice, none is stale by accident."""

import copy
import itertools

import pytest
import torch
from conftest import toy_batch, toy_segmentor
from mmengine.model import MomentumAnnealingEMA
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from torch import nn
from toy_objectives import begin

from mmuda.models.domains import DomainBatch
from mmuda.models.objectives import Objective

ENCODER, DECODER = 'backbone.encoder.0', 'backbone.decoder.0'


class Reader(Objective):
    """Reads a layer in phases of its choice and pulls it towards 0."""

    def __init__(self, tap, phases, graph_for=None, as_of=None):
        super().__init__()
        self.taps = (tap,)
        self.graph_for, self.as_of = graph_for, as_of
        self.__dict__['phases'] = tuple(phases)
        self.read = []

    def loss(self, phase, domains):
        if phase not in self.phases:
            return {}
        asked = dict(phases=self.graph_for, as_of=self.as_of)
        (output,) = domains.outputs('target', self.taps, **asked).values()
        self.read.append(output)
        return {
            'loss': output.square().mean() if output.requires_grad else 0 * anchor()
        }


def anchor():
    """A loss of a phase in which nothing else is learned."""
    return torch.zeros((), requires_grad=True)


def build(objectives, phases, accumulative_counts=1):
    torch.manual_seed(0)
    for name, objective in objectives.items():
        MODELS.register_module(name=f'Toy_{name}', module=objective, force=True)
    model = MODELS.build(
        dict(
            type='DomainAdaptor',
            segmentor=toy_segmentor(),
            data_preprocessor=dict(type='DomainDataPreprocessor', size_divisor=1),
            objectives={name: dict(type=f'Toy_{name}') for name in objectives},
            phases=[
                dict(name=name, updates=updates) for name, updates in phases.items()
            ],
        )
    )
    optimizer = dict(type='SGD', lr=0.1)
    wrapper = dict(optimizer=optimizer, accumulative_counts=accumulative_counts)
    optimizers = build_optim_wrapper(
        model,
        dict(
            constructor='PhasedOptimWrapperConstructor',
            **dict.fromkeys(phases, wrapper),
        ),
    )
    return model, optimizers


def count(module):
    """The numbers of images that pass through a module from now on."""
    passes = []
    module.register_forward_hook(lambda _m, args, _o: passes.append(len(args[0])))
    return passes


def supervision():
    return MODELS.get('Supervision')(phase='segmentor')


@pytest.mark.parametrize('order', itertools.permutations(['task', 'near', 'deep']))
def test_the_order_of_objectives_does_not_matter(order):
    """Three objectives on the same images: each domain passes once."""
    every = dict(
        task=supervision,
        near=lambda: Reader(ENCODER, ['segmentor']),
        deep=lambda: Reader(DECODER, ['segmentor']),
    )
    model, optimizers = build(
        {name: every[name] for name in order}, dict(segmentor=['segmentor'])
    )
    passes = count(model.segmentor.backbone.encoder[0])
    model.train_step(toy_batch(), optimizers)
    assert passes == [2, 2]  # source, target


def test_weights_that_stand_still_are_not_passed_again():
    """``head`` changes what comes after the tap; ``encoder`` changes what it reads."""
    model, optimizers = build(
        dict(reader=lambda: Reader(DECODER, ['head', 'between', 'encoder', 'end'], [])),
        dict(
            head=['segmentor.decode_head'],
            between=['segmentor.decode_head'],
            encoder=['segmentor.backbone'],
            end=['segmentor'],
        ),
    )
    passes = count(model.segmentor.backbone.encoder[0])
    model.train_step(toy_batch(), optimizers)
    assert passes == [2, 2]
    first, second, third, fourth = model.objectives['reader'].read
    assert torch.equal(first, second)
    assert torch.equal(first, third)
    assert not torch.equal(third, fourth) or first.data_ptr() != fourth.data_ptr()


def test_a_graph_waits_for_the_phase_that_needs_it():
    """As for DANN: ``critic`` reads detached what ``align`` learns from."""
    model, optimizers = build(
        dict(reader=lambda: Reader(DECODER, ['critic', 'align'], ['align'])),
        dict(critic=['segmentor.decode_head'], align=['segmentor.backbone']),
    )
    passes = count(model.segmentor.backbone.encoder[0])
    before = copy.deepcopy(model.segmentor.backbone.state_dict())
    model.train_step(toy_batch(), optimizers)
    early, late = model.objectives['reader'].read
    assert passes == [2]
    assert not early.requires_grad
    assert torch.equal(early, late)
    after = model.segmentor.backbone.state_dict()
    assert any(not torch.equal(after[name], before[name]) for name in before)


def test_a_graph_that_was_used_up_is_not_handed_out_again():
    model, optimizers = build(
        dict(reader=lambda: Reader(DECODER, ['one', 'two'])),
        dict(one=['segmentor'], two=['segmentor']),
        accumulative_counts=2,
    )
    passes = count(model.segmentor.backbone.encoder[0])
    optimizers.initialize_count_status(model, 0, 2)
    model.train_step(toy_batch(), optimizers)  # nobody steps: weights stand still
    assert passes == [2, 2]


def test_as_of_gives_what_the_segmentor_said_before_its_step():
    model, optimizers = build(
        dict(
            now=lambda: Reader(DECODER, ['segmentor']),
            then=lambda: Reader(DECODER, ['critic'], as_of='segmentor'),
            anew=lambda: Reader(DECODER, ['critic'], []),
        ),
        dict(segmentor=['segmentor'], critic=['segmentor.decode_head']),
    )
    passes = count(model.segmentor.backbone.encoder[0])
    model.train_step(toy_batch(), optimizers)
    (now,), (then,), (anew,) = (
        model.objectives[n].read for n in ('now', 'then', 'anew')
    )
    assert torch.equal(now, then)
    assert not then.requires_grad
    assert not torch.equal(then, anew)
    assert passes == [2, 2]


class Adversary(Objective):
    """A generator used in two phases, and in a third after it has learned (LSD)."""

    taps = (DECODER,)

    def attach(self, segmentor):
        super().attach(segmentor)
        self.discriminator = nn.Conv2d(4, 1, 1)
        self.generator = nn.Conv2d(self.channels(DECODER), 4, 3, padding=1)

    def fake(self, domains, phases):
        known = domains.outputs('target', self.taps, phases=['segmentor'])
        return domains.through(self.generator, known[DECODER], phases=phases)

    def loss_critic(self, domains):
        fake = self.fake(domains, ['generator'])
        assert not fake.requires_grad
        return {'loss': self.discriminator(fake).square().mean()}

    def loss_generator(self, domains):
        return {'loss': -self.discriminator(self.fake(domains, ['generator'])).mean()}

    def loss_segmentor(self, domains):
        return {'loss': -self.discriminator(self.fake(domains, ['segmentor'])).mean()}


PHASES = dict(
    critic=['objectives.adversary.discriminator'],
    generator=['objectives.adversary.generator'],
    segmentor=['segmentor.backbone'],
)


def test_networks_of_objectives_pass_once_per_use():
    """One embedding per image; one generator pass for critic and generator."""
    model, optimizers = build(dict(adversary=Adversary), PHASES)
    twin = copy.deepcopy(model)
    embeddings = count(model.segmentor.backbone.encoder[0])
    generated = count(model.objectives['adversary'].generator)
    for i in range(2):
        model.train_step(toy_batch(seed=i), optimizers)
    assert embeddings == [2] * 2
    assert generated == [2, 2] * 2

    own = twin.objectives['adversary']
    modules = own.discriminator, own.generator, twin.segmentor.backbone
    steps = [torch.optim.SGD(m.parameters(), 0.1) for m in modules]
    for i in range(2):
        images = begin(twin, toy_batch(seed=i))['target'].inputs
        losses = (
            lambda e: own.discriminator(own.generator(e)).square().mean(),
            lambda e: -own.discriminator(own.generator(e)).mean(),
            lambda e: -own.discriminator(own.generator(e)).mean(),
        )
        for step, loss in zip(steps, losses, strict=True):
            twin.zero_grad()
            loss(twin.segmentor.backbone(images)[1]).backward()
            step.step()
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)


class Teacher(Objective):
    """A mean teacher: the student is to say what its average says."""

    taps = ('decode_head.conv_seg',)

    def attach(self, segmentor):
        super().attach(segmentor)
        self.teacher = MomentumAnnealingEMA(segmentor, momentum=0.1, gamma=1)
        self.steps = []

    def loss_segmentor(self, domains):
        (student,) = domains.outputs('target', self.taps).values()
        with torch.no_grad():
            wanted = self.teacher(domains['target'].inputs, mode='tensor').softmax(1)
        return {'loss': -(wanted * student.log_softmax(1)).sum(1).mean()}

    def after_step(self, phase):
        self.steps.append(phase)
        self.teacher.update_parameters(self.segmentor)


def test_a_teacher_follows_real_steps_alone():
    """Under accumulation the average is taken when the weights have changed."""
    model, optimizers = build(
        dict(task=supervision, teacher=Teacher),
        dict(segmentor=['segmentor']),
        accumulative_counts=2,
    )
    optimizers.initialize_count_status(model, 0, 5)
    teacher = model.objectives['teacher']
    average = None
    for i in range(5):
        model.train_step(toy_batch(seed=i), optimizers)
        if i in (1, 3, 4):  # two whole windows, and the rest
            weights = [p.detach().clone() for p in model.segmentor.parameters()]
            momentum = max(0.1, 1 / (1 + len(teacher.steps) - 1))
            if average is None:
                average = weights
            else:
                pairs = zip(average, weights, strict=True)
                average = [(1 - momentum) * a + momentum * w for a, w in pairs]
        assert teacher.steps == ['segmentor'] * ((i + 1) // 2 + (i == 4))
    for ours, theirs in zip(teacher.teacher.parameters(), average, strict=True):
        torch.testing.assert_close(ours, theirs)
    student = {f'segmentor.{n}' for n, _ in model.segmentor.named_parameters()}
    assert {n for n, p in model.named_parameters() if p.requires_grad} == student


class Mixer(Objective):
    """Makes a domain of its own and learns from it."""

    supervises = True

    def loss_segmentor(self, domains):
        source, target = domains['source'], domains['target']
        inputs = torch.cat([source.inputs[:1], target.inputs[:1]])
        samples = [source.data_samples[0]] * 2
        domains.add('mixed', DomainBatch(inputs, samples, role='mixed'))
        weights = torch.zeros(2, *inputs.shape[2:])
        return domains.segmentation_losses('mixed', weights)


def test_an_objective_makes_a_domain():
    """It is no source; weights of 0 take its pixels out of the segmentor's losses."""
    model, _ = build(dict(mixer=Mixer), dict(segmentor=['segmentor']))
    domains = begin(model, toy_batch())
    losses = model.phase_losses('segmentor', domains)
    assert losses['mixer.decode.loss_ce'] == 0
    assert domains.sources == ['source']
    assert set(domains) == {'source', 'target', 'mixed'}
    with pytest.raises(ValueError, match="has a domain 'mixed' already"):
        domains.add('mixed', domains['source'])


def test_normalisation_is_undone_and_redone():
    cfg = dict(
        type='DomainDataPreprocessor',
        size_divisor=1,
        rgb_to_bgr=True,
        domains=dict(
            source=dict(mean=[1.0, 2.0, 3.0], std=[4.0, 5.0, 6.0]),
            target=dict(mean=[3.0, 3.0, 3.0], std=[0.5, 1.0, 2.0]),
        ),
    )
    model, _ = build(dict(task=supervision), dict(segmentor=['segmentor']))
    model.data_preprocessor = MODELS.build(cfg)
    batch = toy_batch()
    domains = begin(model, batch)
    for name, images in (
        ('source', batch['inputs'][0::2]),
        ('target', batch['inputs'][1::2]),
    ):
        torch.testing.assert_close(domains.images(name), torch.stack(images))
        again = domains.normalised(domains.images(name), like=name)
        torch.testing.assert_close(again, domains[name].inputs)


def test_rejects_a_phase_that_there_is_not():
    model, _ = build(dict(task=supervision), dict(segmentor=['segmentor']))
    domains = begin(model, toy_batch())
    domains.begin('segmentor')
    with pytest.raises(ValueError, match=r"no phase 'critic', the model has \['segm"):
        domains.outputs('target', [DECODER], phases=['critic'])


class Learner(Objective):
    """Asks for losses ahead of the phase that learns from them, with weights or not."""

    def __init__(self, weights=None):
        super().__init__()
        self.taps = (DECODER,)
        self.weights = weights
        self.own = nn.Parameter(torch.zeros(()))

    def loss_look(self, domains):
        domains.segmentation_losses('source', self.weights, phases=['learn'])
        (features,) = domains.outputs('source', self.taps, phases=['learn']).values()
        assert not features.requires_grad
        return {'loss': self.own}

    def loss_learn(self, domains):
        losses = domains.segmentation_losses('source')
        (features,) = domains.outputs('source', self.taps).values()
        return {'loss': losses['decode.loss_ce'] + features.square().mean()}


@pytest.mark.parametrize('weighted', [False, True])
def test_losses_asked_for_ahead_serve_layers_and_learners(weighted):
    """One pass for all, but for losses with weights, which are their caller's."""
    weights = torch.full((2, 16, 16), 0.5) if weighted else None
    phases = dict(look=['objectives.it'], learn=['segmentor'])
    model, optimizers = build(dict(it=lambda: Learner(weights)), phases)
    twin = copy.deepcopy(model.segmentor)
    passes = count(model.segmentor.backbone.encoder[0])
    batch = toy_batch()
    losses = model.train_step(batch, optimizers)
    assert passes == ([2, 2] if weighted else [2])

    images = torch.stack(batch['inputs'][0::2])
    loss = twin.loss(images, batch['data_samples'][0::2])['decode.loss_ce']
    loss = loss + twin.extract_feat(images)[1].square().mean()
    torch.testing.assert_close(losses['loss_learn'], loss)
    loss.backward()
    for ours, theirs in zip(
        model.segmentor.parameters(), twin.parameters(), strict=True
    ):
        torch.testing.assert_close(ours, theirs - 0.1 * theirs.grad)
