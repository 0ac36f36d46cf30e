"""Batch nuclear-norm maximisation against NumPy and its bounds."""

import numpy as np
import pytest
import torch
from conftest import toy_batch
from toy_objectives import build, gradients

from mmuda.models.objectives.nuclear_norm import nuclear_norm

OBJECTIVE = dict(type='NuclearNormMaximization')


def test_matches_numpy():
    p = torch.rand(40, 5).softmax(1)
    expected = np.linalg.norm(p.numpy(), 'nuc') / 40
    assert nuclear_norm(p).item() == pytest.approx(expected, rel=1e-5)


def test_bounds():
    """Sect. 3.2: sure and balanced, sure of one class, sure of nothing."""
    balanced = torch.eye(4).repeat(25, 1)
    collapsed = torch.eye(4)[[2]].repeat(100, 1)
    uniform = torch.full((100, 4), 0.25)
    found = [nuclear_norm(p).item() for p in (balanced, collapsed, uniform)]
    assert found == pytest.approx([0.2, 0.1, 0.05], rel=1e-5)
    for seed in range(5):
        torch.manual_seed(seed)
        assert 0.05 < nuclear_norm(torch.randn(100, 4).softmax(1)) < 0.2


def test_gradient():
    """U V^T of the singular value decomposition, negative, over N."""
    p = torch.rand(30, 3).softmax(1).requires_grad_()
    nuclear_norm(p).backward()
    u, _, vt = np.linalg.svd(p.detach().numpy(), full_matrices=False)
    torch.testing.assert_close(p.grad, torch.from_numpy(u @ vt) / 30)


def test_reaches_backbone_and_head_of_the_target():
    model, _ = build({'it': OBJECTIVE})
    reached = gradients(model, 'segmentor')['it.loss_nuclear_norm']
    path = ('segmentor.backbone', 'segmentor.decode_head')
    assert reached == {n for n, _ in model.named_parameters() if n.startswith(path)}


def test_training_makes_predictions_sure_and_diverse():
    model, optimizers = build({'it': dict(OBJECTIVE, loss_weight=10.0)}, lr=0.05)
    model.objectives['supervision'].weights = dict(source=0.0)
    logged = [model.train_step(toy_batch(size=32), optimizers) for _ in range(40)]
    losses = [step['it.loss_nuclear_norm'].item() for step in logged]
    assert losses[-1] < 1.2 * losses[0] < 0
    model.eval()
    with torch.no_grad():
        images = torch.stack(toy_batch(size=32)['inputs'][1::2])
        predicted = model(images, mode='tensor').argmax(1)
    assert len(predicted.unique()) > 1
