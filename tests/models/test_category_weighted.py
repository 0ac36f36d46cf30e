"""CLAN against the formulas and steps written out."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import toy_batch, toy_segmentor
from mmengine.logging import MessageHub
from torch import nn
from toy_objectives import DISCRIMINATOR, build, gradients

from mmuda.models.objectives.category_weighted import (
    disagreement,
    weight_similarity,
    weighted_vanilla,
)

TAPS = tuple(f'decode_head.branches.{n}.conv_seg' for n in ('first', 'second'))


@pytest.fixture
def iteration():
    """Sets the iteration that training is in."""
    hub = MessageHub.get_current_instance()
    yield lambda number: hub.update_info('iter', number)
    hub.update_info('iter', 0)


def clan(align_corners=False, **options):
    segmentor = toy_segmentor()
    segmentor.decode_head.align_corners = align_corners
    segmentor.decode_head = dict(
        type='BranchedHead',
        head=segmentor.decode_head,
        branches=dict(first=dict(), second=dict()),
        merge='sum',
        num_classes=3,
    )
    output = dict(
        type='CategoryWeighted',
        discriminator=DISCRIMINATOR,
        taps=TAPS,
        warm_up=2,
        duration=10,
    )
    return build(dict(output={**output, **options}), segmentor, critics=['output'])


def test_disagreement():
    """M = 1 - cos(p1, p2) at each pixel."""
    first, second = torch.rand(2, 2, 3, 2, 2, dtype=torch.float64)
    found = disagreement(first, second)
    assert found.shape == (2, 1, 2, 2)
    for n, i, j in torch.cartesian_prod(*map(torch.arange, (2, 2, 2))).tolist():
        p, q = first[n, :, i, j].tolist(), second[n, :, i, j].tolist()
        dot = sum(a * b for a, b in zip(p, q, strict=True))
        expected = 1 - dot / math.sqrt(sum(a * a for a in p) * sum(b * b for b in q))
        assert found[n, 0, i, j].item() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize('truth', [0, 1])
def test_weighted_vanilla(truth):
    """Eq. 5: a pixel's weight, lambda_local M + epsilon, times the cross-entropy."""
    scores = torch.randn(2, 1, 3, 2, dtype=torch.float64)
    weights = torch.rand(2, 1, 3, 2, dtype=torch.float64)
    total = 0.0
    pairs = zip(scores.flatten().tolist(), weights.flatten().tolist(), strict=True)
    for score, weight in pairs:
        p = 1 / (1 + math.exp(-score))
        total -= weight * math.log(p if truth else 1 - p)
    found = weighted_vanilla(scores, truth, weights)
    assert found.item() == pytest.approx(total / 12, rel=1e-12)


def test_weight_similarity():
    """Eq. 6, plus 1: the cosine of all weights of the classifiers."""
    one, other = nn.Conv2d(2, 3, 1).double(), nn.Conv2d(2, 3, 1).double()
    a, b = (
        [w for p in m.parameters() for w in p.flatten().tolist()] for m in (one, other)
    )
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    expected = 1 + dot / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))
    assert weight_similarity(one, other).item() == pytest.approx(expected, rel=1e-9)
    assert weight_similarity(one, one).item() == pytest.approx(2)


@pytest.mark.parametrize(('corners', 'size'), [(False, 32), (True, 64)])
def test_iterations_equal_the_steps_written_out(iteration, corners, size):
    """Warm-up till iteration 2 (released code: i > 2), one weighted; losses fade.

    Scores of the discriminator (2 x 2 of them at 64 pixels) are enlarged as logits are.
    """
    model, optimizers = clan(corners)
    twin = copy.deepcopy(model)
    for i in range(4):
        iteration(i)
        model.train_step(toy_batch(seed=i, size=size), optimizers)

    segmentor, critic = twin.segmentor, twin.objectives['output'].discriminator
    heads = list(segmentor.decode_head.branches.values())
    steps = [torch.optim.SGD(m.parameters(), 0.1) for m in (segmentor, critic)]

    def enlarge(maps):
        return F.interpolate(maps, size, mode='bilinear', align_corners=corners)

    def predict(images):
        features = segmentor.extract_feat(images)
        return [enlarge(h(features)) for h in heads]

    def judge(logits, truth, weights):
        scores = enlarge(critic((logits[0] + logits[1]).softmax(1)))
        loss = F.softplus(scores) - truth * scores
        return (loss if weights is None else (0.4 + 40 * weights) * loss).mean()

    for i in range(4):
        batch = toy_batch(seed=i, size=size)
        truth = torch.cat([s.gt_sem_seg.data for s in batch['data_samples'][0::2]])
        source = predict(torch.stack(batch['inputs'][0::2]))
        target = predict(torch.stack(batch['inputs'][1::2]))
        weights = None
        if i > 2:
            p, q = (logits.softmax(1) for logits in target)
            weights = 1 - (p * q).sum(1) / (p.norm(dim=1) * q.norm(dim=1))
            weights = weights.unsqueeze(1)
        w1, w2 = (
            torch.cat([v.flatten() for v in h.conv_seg.parameters()]) for h in heads
        )
        similarity = w1 @ w2 / (w1.norm() * w2.norm()) + 1
        loss = sum(F.cross_entropy(logits, truth) for logits in source)
        loss = loss + (1 - i / 10) * (
            0.001 * judge(target, 0, weights) + 0.02 * similarity
        )
        twin.zero_grad()
        loss.backward()
        steps[0].step()
        twin.zero_grad()
        fixed = [[v.detach() for v in logits] for logits in (source, target)]
        weights = None if weights is None else weights.detach()
        (judge(fixed[0], 0, None) + judge(fixed[1], 1, weights)).backward()
        steps[1].step()

    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


def test_gradients():
    """Discrepancy of weights reaches the two classifiers and nothing else."""
    model, _ = clan()
    classifiers = {
        n
        for n, _ in model.named_parameters()
        if n.startswith(tuple(f'segmentor.{tap}' for tap in TAPS))
    }
    reached = gradients(model, 'segmentor')
    assert reached['output.loss_discrepancy'] == classifiers
    assert classifiers < reached['output.loss_adversarial']
    own = {n for n, _ in model.named_parameters() if 'discriminator' in n}
    reached = gradients(model, 'critic')
    assert all(found == own for found in reached.values())


def test_predicts_with_the_sum():
    model, _ = clan()
    features = model.segmentor.extract_feat(torch.rand(1, 3, 32, 32))
    first, second = model.segmentor.decode_head.branches.values()
    torch.testing.assert_close(
        model.segmentor.decode_head(features), first(features) + second(features)
    )
