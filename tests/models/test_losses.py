"""Losses against loops over their formulas, in double precision."""

import math

import pytest
import torch
from mmseg.registry import MODELS

from mmuda.models.losses import least_squares, vanilla


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


@pytest.mark.parametrize('truth', [0, 1])
def test_vanilla(truth):
    scores = torch.randn(2, 1, 3, 4, dtype=torch.float64)
    terms = [
        -math.log(sigmoid(s) if truth else 1 - sigmoid(s))
        for s in scores.flatten().tolist()
    ]
    assert vanilla(scores, truth).item() == pytest.approx(sum(terms) / 24, rel=1e-12)


@pytest.mark.parametrize('truth', [0, 1])
def test_least_squares(truth):
    scores = torch.randn(2, 1, 3, 4, dtype=torch.float64)
    terms = [(s - truth) ** 2 for s in scores.flatten().tolist()]
    found = least_squares(scores, truth).item()
    assert found == pytest.approx(sum(terms) / 24, rel=1e-12)


@pytest.mark.parametrize('gamma', [0.0, 2.0])
def test_focal(gamma):
    logits = torch.randn(2, 3, 4, 4, dtype=torch.float64)
    labels = torch.randint(3, (2, 4, 4))
    labels[0, 0] = 255
    terms = []
    for n, i, j in torch.cartesian_prod(*map(torch.arange, (2, 4, 4))).tolist():
        if (c := labels[n, i, j].item()) != 255:
            scores = [math.exp(s) for s in logits[n, :, i, j].tolist()]
            p = scores[c] / sum(scores)
            terms.append(-((1 - p) ** gamma) * math.log(p))
    loss = MODELS.build(dict(type='SoftmaxFocalLoss', gamma=gamma, loss_weight=0.5))
    expected = 0.5 * sum(terms) / len(terms)
    assert loss(logits, labels).item() == pytest.approx(expected, rel=1e-10)


def test_focal_of_nothing_is_nothing():
    loss = MODELS.build(dict(type='SoftmaxFocalLoss'))
    assert loss(torch.randn(1, 3, 2, 2), torch.full((1, 2, 2), 255)).item() == 0
