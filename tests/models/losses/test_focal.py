"""Losses against loops over their formulas, in double precision."""

import math

import pytest
import torch
from mmseg.registry import MODELS


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
