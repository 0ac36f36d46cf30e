"""Losses on target predictions against loops over their formulas."""

import itertools
import math

import numpy as np
import pytest
import torch
from conftest import toy_batch
from scipy.optimize import minimize
from toy_objectives import build, gradients

from mmuda.models.objectives.class_ratio_prior import ratio_penalty
from mmuda.models.objectives.constrained_size import nearest_within
from mmuda.models.objectives.entropy_minimization import mean_entropy
from mmuda.models.objectives.label_distribution import distribution_loss, label_shares
from mmuda.models.objectives.maximum_squares import (
    image_weighted_squares,
    maximum_squares,
)
from mmuda.models.objectives.pseudo_label_supervision import balancing_weights
from mmuda.models.objectives.self_produced_guidance import guidance
from mmuda.models.objectives.size_constraint import size_penalty


def random_logits(images=2, classes=4, height=3, width=5):
    torch.manual_seed(0)
    return 2 * torch.randn(images, classes, height, width, dtype=torch.float64)


def pixels(tensor):
    """Lists of the class values at each pixel of each image."""
    return [image.flatten(1).T.tolist() for image in tensor]


def test_entropy():
    """ADVENT, Eq. 2: -1 / log C sum_c p log p, here the mean over pixels."""
    logits = random_logits()
    terms = [
        -sum(p * math.log(p) for p in at) / math.log(4)
        for image in pixels(logits.softmax(1))
        for at in image
    ]
    expected = sum(terms) / len(terms)
    assert mean_entropy(logits).item() == pytest.approx(expected, rel=1e-12)


def test_maximum_squares():
    """Chen et al. 2019, Eq. 4, over C as well: -1 / (2 N C) sum_n sum_c p^2."""
    p = random_logits().softmax(1)
    terms = [q * q for image in pixels(p) for at in image for q in at]
    expected = -sum(terms) / (2 * len(terms))
    assert maximum_squares(p).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize('ratio', [0.0, 0.2, 1.0])
def test_image_weighted_squares(ratio):
    """Chen et al. 2019, Eq. 8, without the half, over the images and classes."""
    p = random_logits().softmax(1)
    total = 0.0
    for image in pixels(p):
        classes = [max(range(4), key=at.__getitem__) for at in image]
        for at, c in zip(image, classes, strict=True):
            weight = classes.count(c) ** ratio * len(image) ** (1 - ratio)
            total -= sum(q * q for q in at) / weight
    expected = total / (2 * 4)
    assert image_weighted_squares(p, ratio).item() == pytest.approx(expected, rel=1e-12)


def test_guidance():
    """Chen et al. 2019, solve_gta5.py: the class of the mean where one is sure."""
    p, q = random_logits(), random_logits().flip(0)
    p, q = (2 * p).softmax(1), q.softmax(1)
    expected = []
    for one, other in zip(pixels(p), pixels(q), strict=True):
        for a, b in zip(one, other, strict=True):
            mean = [(x + y) / 2 for x, y in zip(a, b, strict=True)]
            sure = max(a) > 0.8 or max(b) > 0.8
            expected.append(mean.index(max(mean)) if sure else 255)
    assert guidance(p, q, 0.8).flatten().tolist() == expected
    assert 0 < expected.count(255) < len(expected)


def test_guidance_teaches_the_lower_level_alone():
    """Not the classifier that guides, nor the layers between the two."""
    model, _ = build({'it': dict(type='SelfProducedGuidance', threshold=0.0)})
    (reached,) = (v for k, v in gradients(model, 'segmentor').items() if 'it.' in k)
    low = ('segmentor.backbone.encoder', 'segmentor.auxiliary_head')
    assert reached
    assert all(name.startswith(low) for name in reached)


def test_gradient_of_squares_is_linear():
    """What the paper is about: dL/dp = -p / (N C)."""
    p = random_logits().softmax(1).requires_grad_()
    maximum_squares(p).backward()
    torch.testing.assert_close(p.grad, -p.detach() / p.numel())


def test_label_shares():
    labels = torch.tensor([[[0, 0], [1, 255]], [[255, 255], [255, 255]]])
    expected = torch.tensor([[2 / 3, 1 / 3, 0.0], [0.0, 0.0, 0.0]])
    torch.testing.assert_close(label_shares(labels, 3), expected)


def test_label_distribution():
    """Zhang et al. 2017, Eq. 2 and 3: -sum_c p(c) log of the mean probability."""
    logits = random_logits()
    shares = torch.rand(2, 4, dtype=torch.float64)
    expected = 0.0
    for image, wanted in zip(pixels(logits.softmax(1)), shares.tolist(), strict=True):
        means = [sum(at[c] for at in image) / len(image) for c in range(4)]
        terms = [p * math.log(q) for p, q in zip(wanted, means, strict=True)]
        expected -= sum(terms) / 2
    found = distribution_loss(shares, logits).item()
    assert found == pytest.approx(expected, rel=1e-12)


def test_size_penalty():
    shares = torch.tensor([[0.5, 0.02, 0.48], [0.1, 0.0005, 0.8995]])
    bounds = torch.tensor([[0.05, 0.01, 0.1], [0.2, 0.1, 0.2], [0.4, 0.3, 0.6]])
    expected = 0.0
    for image, c in itertools.product(shares.tolist(), range(3)):
        smallest, least, most = bounds[:, c].tolist()
        if image[c] >= 0.1 * smallest:
            outside = max(least - image[c], 0) + max(image[c] - most, 0)
            expected += outside**2 / 2
    assert size_penalty(shares, bounds).item() == pytest.approx(expected, rel=1e-6)


def test_nearest_distribution_within_bounds():
    """Pathak et al. 2015, solved by a general program: KL under two bounds."""
    q = random_logits(1, 3, 2, 2).softmax(1)[0].flatten(1).numpy()
    share = np.array([0.1, 0.4, 0.3, 0.2])
    means = q @ share
    least, most = np.array([means[0] + 0.2, 0, 0]), np.array([1, means[1] - 0.1, 1])

    def distance(p):
        p = p.reshape(q.shape)
        return (share * p * np.log(p / q)).sum()

    constraints = [
        dict(type='eq', fun=lambda p: p.reshape(q.shape).sum(0) - 1),
        dict(type='ineq', fun=lambda p: p.reshape(q.shape) @ share - least),
        dict(type='ineq', fun=lambda p: most - p.reshape(q.shape) @ share),
    ]
    expected = minimize(
        distance,
        q.ravel(),
        bounds=[(1e-9, 1)] * q.size,
        constraints=constraints,
        tol=1e-12,
    ).x
    found = nearest_within(
        torch.tensor(q).log().view(1, 3, 2, 2),
        *(torch.tensor(bound)[None] for bound in (least, most)),
        torch.tensor(share).view(1, 1, 2, 2),
        steps=500,
    )
    np.testing.assert_allclose(found.flatten(), expected, atol=1e-5)


def test_within_bounds_nothing_is_to_be_learnt():
    log_q = random_logits().log_softmax(1)
    weight = torch.full((2, 1, 3, 5), 1 / 15, dtype=torch.float64)
    zero, one = torch.zeros(2, 4).double(), torch.ones(2, 4).double()
    torch.testing.assert_close(nearest_within(log_q, zero, one, weight), log_q.exp())
    # What no distribution can do stays finite.
    assert nearest_within(log_q, one, one, weight).isfinite().all()


OBJECTIVES = {
    'entropy': dict(type='EntropyMinimization'),
    'squares': dict(type='MaximumSquares'),
    'weighted_squares': dict(type='MaximumSquares', ratio=0.2),
    'size': dict(type='SizeConstraint'),
    'constrained_size': dict(type='ConstrainedSize'),
    'distribution': dict(type='LabelDistribution', feature_tap='backbone.decoder.0'),
}


@pytest.mark.parametrize('name', OBJECTIVES)
def test_reach_backbone_and_head_of_the_target(name):
    """All but the auxiliary head, which they do not tap; nothing of the source."""
    model, _ = build({'it': OBJECTIVES[name]})
    reached = gradients(model, 'segmentor')
    (loss,) = (found for key, found in reached.items() if key.startswith('it.'))
    path = ('segmentor.backbone', 'segmentor.decode_head')
    assert loss == {n for n, _ in model.named_parameters() if n.startswith(path)}


@pytest.mark.parametrize('name', OBJECTIVES)
def test_training_makes_it_smaller(name):
    model, optimizers = build({'it': dict(OBJECTIVES[name], loss_weight=1.0)}, lr=0.02)
    # Random labels would pull the other way.
    model.objectives['supervision'].weights = dict(source=0.0)
    logged = [model.train_step(toy_batch(size=32), optimizers) for _ in range(30)]
    (key,) = (key for key in logged[0] if key.startswith('it.'))
    assert logged[-1][key] <= logged[0][key]
    assert all(torch.isfinite(value) for step in logged for value in step.values())


def test_each_domain_passes_once():
    model, optimizers = build(OBJECTIVES)
    passes = []
    model.segmentor.backbone.encoder[0].register_forward_hook(
        lambda _module, args, _output: passes.append(len(args[0]))
    )
    model.train_step(toy_batch(size=32), optimizers)
    assert passes == [2, 2]


def test_shares_come_from_the_nearest_source_images():
    model, _ = build({'it': dict(OBJECTIVES['distribution'], neighbours=1)})
    objective = model.objectives['it']
    features = torch.eye(4)[:3]
    shares = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    objective.memory.remember(features=features, shares=shares)
    near = torch.tensor([[0.1, 0.9, 0.0, 0.0], [0.8, 0.0, 0.1, 0.0]])
    assert objective._expect(near).tolist() == [[0, 1, 0], [1, 0, 0]]


def test_memory_keeps_the_latest():
    from mmuda.models.objectives.source_memory import SourceMemory

    memory = SourceMemory(3, values=1)
    for start in range(0, 4, 2):
        memory.remember(values=torch.tensor([[float(start)], [float(start + 1)]]))
    assert sorted(memory.known('values').flatten().tolist()) == [1, 2, 3]
    again = SourceMemory(3, values=1)
    again.load_state_dict(memory.state_dict())
    assert again.seen == 4


def test_bounds_are_those_of_images_that_show_the_class():
    model, _ = build({'it': dict(OBJECTIVES['size'], memory=4)})
    objective = model.objectives['it']
    shares = torch.tensor([[0.2, 0.8, 0.0], [0.6, 0.4, 0.0], [0.0, 1.0, 0.0]])
    objective.memory.remember(shares=shares)
    low, mean, high = objective.bounds()
    torch.testing.assert_close(low, torch.tensor([0.24, 0.48, 0.0]))
    torch.testing.assert_close(mean, torch.tensor([0.4, 2.2 / 3, 0.0]))
    torch.testing.assert_close(high, torch.tensor([0.56, 0.96, 1.0]))


@pytest.mark.parametrize('relaxation', [0.0, 0.5, 1.0])
def test_class_ratio_prior(relaxation):
    """ADVENT, Sect. 3.3: sum over classes of max(0, mu p_s - E p); mean over images."""
    p = random_logits().softmax(1)
    prior = [0.4, 0.1, 0.3, 0.2]
    total = 0.0
    for image in pixels(p):
        for c, share in enumerate(prior):
            mean = sum(at[c] for at in image) / len(image)
            total += max(0.0, relaxation * share - mean)
    found = ratio_penalty(
        p.mean((2, 3)), torch.tensor(prior, dtype=p.dtype), relaxation
    )
    assert found.item() == pytest.approx(total / 2, rel=1e-9)
    assert (total > 0) == (relaxation == 1.0)


def test_class_ratios_are_those_of_all_source_labels_seen():
    """Ignored pixels apart; they are part of the checkpoint."""
    model, optimizers = build(dict(ratios=dict(type='ClassRatioPrior')))
    expected = torch.zeros(3, dtype=torch.long)
    for seed in range(3):
        batch = toy_batch(seed=seed, size=32)
        for sample in batch['data_samples'][0::2]:
            sample.gt_sem_seg.data[..., :5] = 255
            for number in range(3):
                expected[number] += (sample.gt_sem_seg.data == number).sum()
        model.train_step(batch, optimizers)
    assert torch.equal(model.state_dict()['objectives.ratios.pixels'], expected)
    with pytest.raises(ValueError, match=r'relaxation must be in \[0, 1\], got 2'):
        build(dict(ratios=dict(type='ClassRatioPrior', relaxation=2)))


def test_balancing_weights():
    """Zhang et al. 2017, their code: mean number of pixels over that of the class."""
    torch.manual_seed(0)
    labels = torch.randint(5, (2, 4, 6))
    labels[labels == 4] = 255
    labels[0][labels[0] == 2] = 255
    for image, weights in zip(labels, balancing_weights(labels, 4), strict=True):
        counts = [int((image == c).sum()) for c in range(4)]
        there = [n for n in counts if n]
        mean = sum(there) / len(there)
        for label, weight in zip(image.flatten(), weights.flatten(), strict=True):
            expected = 0 if label == 255 else mean / counts[label]
            assert weight.item() == pytest.approx(expected, rel=1e-6)
