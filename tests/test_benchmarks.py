"""The hand-written loops of the benchmark do what mmuda does, number for number."""

import copy
import sys
from pathlib import Path

import pytest
import torch
from mmengine.registry import init_default_scope

sys.path.append(str(Path(__file__).parents[1] / 'tools/benchmarks'))

import train_step as benchmark


@pytest.mark.parametrize('method', benchmark.METHODS)
def test_same_weights_after_two_iterations(method):
    """Losses, gradients and optimizers are those that one would write by hand."""
    init_default_scope('mmseg')
    config, loop, domains = benchmark.METHODS[method]
    torch.manual_seed(0)
    model, optimizer, by_hand = benchmark.build(config, loop)
    segmentor = getattr(model, 'segmentor', model)
    before = [p.detach().clone() for p in segmentor.parameters()]
    for _ in range(2):
        batch = benchmark.make_batch(domains * 2, 64)
        # Both draw the same random numbers.
        for step in (lambda b: model.train_step(b, optimizer), by_hand):
            torch.manual_seed(1)
            step(copy.deepcopy(batch))
    assert_same(segmentor, by_hand.segmentor)
    for name, critic in getattr(by_hand, 'critics', {}).items():
        assert_same(model.objectives[name].discriminator, critic)
    for name, generator in getattr(by_hand, 'generators', {}).items():
        assert_same(model.objectives[name].generator, generator)
    if method == 'adversary_and_teacher':
        toy = model.objectives['toy']
        assert_same(toy.generator, by_hand.generator)
        assert_same(toy.discriminator, by_hand.discriminator)
        assert_same(toy.teacher.module, by_hand.teacher)
    if 'teacher' in getattr(model, 'objectives', {}):
        assert_same(model.objectives['teacher'].teacher.module, by_hand.teacher)
    after = segmentor.parameters()
    assert any((old != new).any() for old, new in zip(before, after, strict=True))


def assert_same(ours, theirs):
    """The same weights. (Running statistics are kept by domain; see their tests.)"""
    theirs = dict(theirs.named_parameters())
    for name, value in ours.named_parameters():
        torch.testing.assert_close(value, theirs[name], rtol=1e-4, atol=1e-6, msg=name)
