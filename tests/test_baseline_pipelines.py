"""Baselines that are chains of runs: what is trained on what, by which settings."""

from functools import cache
from pathlib import Path

import pytest

from mmuda.jobs.config import load_config
from mmuda.jobs.prerequisites import prerequisites_of

CONFIGS = Path(__file__).parents[1] / 'configs'


@cache
def read(name):
    return load_config(CONFIGS / f'{name}.py')


@pytest.mark.parametrize('pair', ['gta5_cityscapes', 'synthia_cityscapes'])
def test_maximum_squares_at_two_levels(pair):
    """The last command of the released code's README."""
    cfg = read(f'maximum_squares/maximum-squares-multi_{pair}')
    objectives = cfg.model.objectives
    assert (objectives.squares.loss_weight, objectives.squares.ratio) == (0.09, 0.2)
    guidance = objectives.guidance
    assert guidance.loss_weight == pytest.approx(0.09 * 0.1)
    assert guidance.threshold == 0.95
    # It starts from a source model of two levels, both of which learn the source.
    (source,) = prerequisites_of(cfg)
    for model in (cfg.model.segmentor, source.run.model):
        assert model.auxiliary_head.loss_decode.loss_weight == 0.1
        assert model.auxiliary_head.in_channels == 1024
    assert source.run.source == cfg.source
