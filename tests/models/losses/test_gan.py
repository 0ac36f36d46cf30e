"""Losses on a discriminator's scores."""

import math

import pytest
import torch
from mmseg.registry import MODELS

LEAST_SQUARES = dict(type='LeastSquaresGANLoss')
VANILLA = dict(type='VanillaGANLoss')


def least_squares(score, real):
    return (score - 1) ** 2 if real else score**2


def vanilla(score, real):
    share = 1 / (1 + math.exp(-score))
    return -math.log(share) if real else -math.log(1 - share)


@pytest.mark.parametrize('real', [True, False])
@pytest.mark.parametrize(
    ('cfg', 'distance'), [(LEAST_SQUARES, least_squares), (VANILLA, vanilla)]
)
def test_values(cfg, distance, real):
    """Against loops; half a valid location counts half."""
    scores = torch.randn(2, 1, 3, 3, dtype=torch.double)
    valid = torch.rand(2, 1, 6, 6) < 0.6
    total = weight = 0
    for n in range(2):
        for y in range(3):
            for x in range(3):
                cell = valid[n, 0, 2 * y : 2 * y + 2, 2 * x : 2 * x + 2]
                share = float(cell.double().mean())
                total += share * distance(float(scores[n, 0, y, x]), real)
                weight += share
    loss = MODELS.build(cfg)
    assert float(loss(scores, real, valid)) == pytest.approx(total / weight)
    plain = [distance(float(score), real) for score in scores.flatten()]
    assert float(loss(scores, real)) == pytest.approx(sum(plain) / len(plain))


def test_is_zero_where_nothing_is_valid():
    valid = torch.zeros(1, 1, 8, 8, dtype=torch.bool)
    assert MODELS.build(LEAST_SQUARES)(torch.randn(1, 1, 2, 2), True, valid) == 0
