"""The moving average against mmengine's, parameter by parameter."""

import copy

import pytest
import torch
from conftest import toy_segmentor
from mmengine.model import MomentumAnnealingEMA
from mmseg.registry import MODELS

from mmuda.models.moving_average import MovingAverage


def changed(model, seed):
    """A copy with other weights and other running statistics."""
    torch.manual_seed(seed)
    other = copy.deepcopy(model)
    for value in other.state_dict().values():
        if value.is_floating_point():
            value.copy_(torch.rand_like(value))
        else:
            value += 1
    return other


@pytest.mark.parametrize('gamma', [1, 5])
def test_is_the_average_of_mmengine(gamma):
    """Bit for bit, also where another object goes on with the weights."""
    model = MODELS.build(toy_segmentor(norm=dict(type='BN')))
    average = MovingAverage(model, momentum=0.2, gamma=gamma)
    expected = MomentumAnnealingEMA(model, momentum=0.2, gamma=gamma)
    for seed in range(9):
        now = changed(model, seed)
        average.update_parameters(now)
        expected.update_parameters(now)
        found, wanted = average.state_dict(), expected.state_dict()
        assert list(found) == list(wanted)
        for name, value in wanted.items():
            assert torch.equal(found[name], value), name
    assert int(average.steps) == 9


def test_takes_the_buffers_that_were_exchanged():
    """What the teacher normalises with is put in its place, not written into it."""
    model = MODELS.build(toy_segmentor(norm=dict(type='BN')))
    average = MovingAverage(model, momentum=0.2)
    average.update_parameters(model)
    buffers = dict(average.module.named_buffers())
    name = next(name for name in buffers if name.endswith('running_mean'))
    owner = average.module.get_submodule(name.rpartition('.')[0])
    owner._buffers['running_mean'] = torch.full_like(buffers[name], 7.0)
    average.update_parameters(model)
    assert torch.equal(owner.running_mean, model.get_buffer(name))
