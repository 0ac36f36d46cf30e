"""The hand-written loops of the benchmark do what mmuda does, number for number."""

import copy
import importlib.util
from pathlib import Path

import pytest
import torch
from mmengine.registry import init_default_scope

FILE = Path(__file__).parents[1] / 'tools/benchmarks/train_step.py'


def load():
    spec = importlib.util.spec_from_file_location('train_step', FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


benchmark = load()


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
    after = segmentor.parameters()
    assert any((old != new).any() for old, new in zip(before, after, strict=True))


def assert_same(ours, theirs):
    """The same weights and statistics."""
    theirs = theirs.state_dict()
    for name, value in ours.state_dict().items():
        torch.testing.assert_close(value, theirs[name], rtol=1e-4, atol=1e-6, msg=name)
