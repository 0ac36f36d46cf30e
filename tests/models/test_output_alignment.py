"""AdaptSegNet and ADVENT against the steps and formulas written out."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import toy_batch
from toy_objectives import DISCRIMINATOR, begin, build, gradients

from mmuda.models.predictions import probabilities, self_information

MAIN = dict(type='OutputAlignment', discriminator=DISCRIMINATOR, loss_weight=0.5)
INNER = dict(MAIN, tap='auxiliary_head.conv_seg', loss_weight=0.25)


def two_levels(**options):
    objectives = dict(output=dict(MAIN, **options), feature=dict(INNER, **options))
    return build(objectives, critics=('output', 'feature'))


def self_information_by_hand(logits):
    found = torch.zeros_like(logits)
    classes = logits.shape[1]
    for n, c, i, j in torch.cartesian_prod(*map(torch.arange, logits.shape)).tolist():
        scores = [math.exp(s) for s in logits[n, :, i, j].tolist()]
        p = scores[c] / sum(scores)
        found[n, c, i, j] = -p * math.log2(p) / math.log2(classes)
    return found


def test_self_information():
    logits = torch.randn(2, 5, 2, 3, dtype=torch.float64)
    expected = self_information_by_hand(logits)
    torch.testing.assert_close(self_information(logits), expected)
    uniform = self_information(torch.zeros(1, 5, 1, 1, dtype=torch.float64))
    assert uniform.sum().item() == pytest.approx(1)
    certain = torch.tensor([0.0, 1e4]).view(1, 2, 1, 1).requires_grad_()
    self_information(certain).sum().backward()
    assert certain.grad.isfinite().all()


@pytest.mark.parametrize('gan_loss', ['vanilla', 'least_squares'])
@pytest.mark.parametrize('representation', ['probabilities', 'entropy'])
def test_iterations_equal_the_steps_written_out(representation, gan_loss):
    """Two levels, as the released code orders it: G on both domains, then D."""
    model, optimizers = two_levels(representation=representation, gan_loss=gan_loss)
    twin = copy.deepcopy(model)
    for i in range(3):
        model.train_step(toy_batch(seed=i, size=32), optimizers)

    segmentor = twin.segmentor
    critics = [twin.objectives[k].discriminator for k in ('output', 'feature')]
    represent = {'probabilities': probabilities, 'entropy': self_information}
    represent = represent[representation]
    steps = [torch.optim.SGD(m.parameters(), 0.1) for m in (segmentor, *critics)]

    def judge(scores, truth):
        if gan_loss == 'least_squares':
            return ((scores - truth) ** 2).mean()
        return F.binary_cross_entropy(scores.sigmoid(), torch.full_like(scores, truth))

    def predict(images):
        features = segmentor.extract_feat(images)
        heads = segmentor.decode_head, segmentor.auxiliary_head
        return [F.interpolate(head(features), 32, mode='bilinear') for head in heads]

    for i in range(3):
        batch = toy_batch(seed=i, size=32)
        truth = torch.cat([s.gt_sem_seg.data for s in batch['data_samples'][0::2]])
        source = predict(torch.stack(batch['inputs'][0::2]))
        target = predict(torch.stack(batch['inputs'][1::2]))
        loss = sum(F.cross_entropy(p, truth) for p in source)
        for critic, weight, logits in zip(critics, (0.5, 0.25), target, strict=True):
            loss = loss + weight * judge(critic(represent(logits)), 0.0)
        twin.zero_grad()
        loss.backward()
        steps[0].step()
        for k, critic in enumerate(critics):
            twin.zero_grad()
            for logits, answer in ((source[k], 0.0), (target[k], 1.0)):
                loss = judge(critic(represent(logits.detach())), answer) / 2
                loss.backward()
            steps[1 + k].step()

    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


def test_gradients():
    """The adversary reaches the path to its classifier; the critic, itself alone."""
    model, _ = two_levels()
    reached = gradients(model, 'segmentor')
    main = reached['output.loss_adversarial']
    assert {n for n in main if n.startswith('segmentor.decode_head')}
    assert not {n for n in main if n.startswith('segmentor.auxiliary_head')}
    inner = reached['feature.loss_adversarial']
    assert {n for n in inner if n.startswith('segmentor.auxiliary_head')}
    assert not {n for n in inner if n.startswith('segmentor.decode_head')}
    for name in ('output', 'feature'):
        prefix = f'objectives.{name}.discriminator.'
        own = {n for n, _ in model.named_parameters() if n.startswith(prefix)}
        for loss in ('source', 'target'):
            key = f'{name}.loss_discriminator_{loss}'
            assert gradients(model, 'critic')[key] == own


@pytest.mark.parametrize(
    ('phase', 'prefixes'),
    [
        ('segmentor', ('segmentor.',)),
        ('critic', ('objectives.output.', 'objectives.feature.')),
    ],
)
def test_a_phase_changes_its_modules_alone(phase, prefixes):
    model, optimizers = two_levels()
    for name, wrapper in optimizers.items():
        if name != phase:
            wrapper.optimizer.step = lambda *_, **__: None
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    model.train_step(toy_batch(size=32), optimizers)
    after = dict(model.named_parameters())
    moved = {n for n in before if not torch.equal(after[n], before[n])}
    assert moved == {n for n in before if n.startswith(prefixes)}


def test_no_forward_pass_is_done_twice():
    model, optimizers = two_levels()
    passes = []
    model.segmentor.backbone.encoder[0].register_forward_hook(
        lambda _module, args, _output: passes.append(len(args[0]))
    )
    model.train_step(toy_batch(size=32), optimizers)
    assert passes == [2, 2]  # source, target


def test_sources_are_averaged_unless_they_are_named():
    """With D = mean of the first class' map, losses can be told apart."""
    batch = toy_batch(('source_0', 'source_1', 'target'), size=32)
    found = {}
    for sources in (None, ('source_0',), ('source_1',)):
        model, _ = build(dict(output=dict(MAIN, sources=sources)), critics=['output'])
        domains = begin(model, batch)
        model.phase_losses('segmentor', domains)
        losses = model.phase_losses('critic', domains)
        found[sources] = losses['output.loss_discriminator_source'].item()
    first, second = found[('source_0',)], found[('source_1',)]
    assert first != second
    assert found[None] == pytest.approx((first + second) / 2)


@pytest.mark.parametrize(
    ('option', 'match'),
    [
        (dict(representation='logits'), r"representation must be one of \['entropy'"),
        (dict(gan_loss='hinge'), r"gan_loss must be one of \['least_squares'"),
    ],
)
def test_rejects_unknown(option, match):
    with pytest.raises(ValueError, match=match):
        build(dict(output=dict(MAIN, **option)), critics=['output'])
