"""The domain loss against its formula."""

import math

import pytest
import torch

from mmuda.models.objectives.feature_alignment import (
    domain_accuracy,
    domain_cross_entropy,
)


@pytest.mark.parametrize('flipped', [False, True])
def test_matches_the_formula(flipped):
    torch.manual_seed(0)
    logits = {'source': torch.randn(2, 2, 3, 4), 'target': torch.randn(1, 2, 3, 4)}
    total = 0.0
    for name, scores in logits.items():
        answer = {'source': 0, 'target': 1}[name]
        answer = 1 - answer if flipped else answer
        losses = [
            -math.log(
                math.exp(scores[n, answer, i, j])
                / sum(math.exp(scores[n, k, i, j]) for k in range(2))
            )
            for n in range(len(scores))
            for i in range(3)
            for j in range(4)
        ]
        total += sum(losses) / len(losses) / 2
    loss = domain_cross_entropy(logits, flipped=flipped)
    assert loss.item() == pytest.approx(total, rel=1e-5)


def test_accuracy_counts_locations():
    source = torch.tensor([[[[1.0, 0.0]], [[0.0, 1.0]]]])  # right, wrong
    target = torch.tensor([[[[0.0, 0.0]], [[1.0, 1.0]]]])  # right, right
    logits = {'source': source, 'target': target}
    assert domain_accuracy(logits).item() == pytest.approx(75)
