"""Eq. 3 of SemI2I."""

import pytest
import torch
from mmseg.registry import PARAM_SCHEDULERS

CFG = dict(type='EpochLinearLR', iters_per_epoch=3, num_epochs=25, decay_epoch=15)


def optimizer():
    return torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=0.001)


def test_values():
    """LR = 0.001 (num_epochs - epoch) / (num_epochs - decay_epoch) from epoch 15 on."""
    adam = optimizer()
    schedule = PARAM_SCHEDULERS.build(dict(CFG, optimizer=adam, by_epoch=False))
    for epoch in range(25):
        expected = 0.001 * (25 - epoch) / (25 - 15) if epoch >= 15 else 0.001
        for _ in range(3):
            assert adam.param_groups[0]['lr'] == pytest.approx(expected)
            adam.step()
            schedule.step()


def test_goes_on_from_its_state():
    adam = optimizer()
    schedule = PARAM_SCHEDULERS.build(dict(CFG, optimizer=adam, by_epoch=False))
    for _ in range(60):
        adam.step()
        schedule.step()
    again = optimizer()
    resumed = PARAM_SCHEDULERS.build(dict(CFG, optimizer=again, by_epoch=False))
    resumed.load_state_dict(schedule.state_dict())
    again.load_state_dict(adam.state_dict())
    again.step()
    resumed.step()
    adam.step()
    schedule.step()
    assert again.param_groups[0]['lr'] == adam.param_groups[0]['lr'] < 0.001


def test_rejects_steps_by_epoch():
    with pytest.raises(ValueError, match='set by_epoch=False'):
        PARAM_SCHEDULERS.build(dict(CFG, optimizer=optimizer()))
