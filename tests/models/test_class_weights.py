"""Class weights of losses and discriminators, against sums over pixels."""

import math

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import toy_batch
from toy_objectives import DISCRIMINATOR, begin, build

from mmuda.models.losses.gan import GAN_LOSSES
from mmuda.models.objectives.feature_alignment import domain_cross_entropy

WEIGHTS = (0.5, 2.0, 1.25)
OUTPUT = dict(type='OutputAlignment', discriminator=DISCRIMINATOR)


def make(**objectives):
    return build(objectives, critics=list(objectives))[0]


def batch_with_unlabelled_pixels():
    batch = toy_batch(size=32)
    for sample in batch['data_samples'][0::2]:
        sample.gt_sem_seg.data[:, :5] = 255
    return batch


def losses(model, phase, batch):
    domains = begin(model, batch)
    for earlier in model.phases:
        found = model.phase_losses(earlier.name, domains)
        if earlier.name == phase:
            return found, domains
    raise AssertionError(phase)


def test_the_loss_of_a_pixel_is_multiplied_by_the_weight_of_its_class():
    model = make(output=OUTPUT)
    model.objectives['supervision'].class_weights = WEIGHTS
    found, domains = losses(model, 'segmentor', batch_with_unlabelled_pixels())
    source = domains['source']
    logits = model.segmentor(source.inputs, mode='tensor')
    logits = F.interpolate(logits, 32, mode='bilinear').log_softmax(1)
    total, count = 0.0, 0
    for n, sample in enumerate(source.data_samples):
        labels = sample.gt_sem_seg.data[0]
        for i in range(32):
            for j in range(32):
                if (label := int(labels[i, j])) != 255:
                    total -= WEIGHTS[label] * float(logits[n, label, i, j])
                    count += 1
    loss = found['supervision.source.decode.loss_ce']
    assert loss.item() == pytest.approx(total / count, rel=1e-4)


def test_a_weight_of_the_discriminator_is_a_repetition():
    """Integer weights: as if the locations of a class were there so many times."""
    torch.manual_seed(0)
    logits = {'source': torch.randn(2, 2, 3, 4), 'target': torch.randn(1, 2, 3, 4)}
    weights = torch.randint(0, 3, (2, 1, 3, 4)).float()
    for flipped in (False, True):
        answer = 1 if flipped else 0
        terms = []
        for n in range(2):
            for i in range(3):
                for j in range(4):
                    a, b = logits['source'][n, :, i, j].tolist()
                    right = math.exp((a, b)[answer]) / (math.exp(a) + math.exp(b))
                    terms += [-math.log(right)] * int(weights[n, 0, i, j])
        of_source = sum(terms) / 24
        alone = domain_cross_entropy({'target': logits['target']}, flipped=flipped)
        found = domain_cross_entropy(
            logits, flipped=flipped, weights={'source': weights}
        )
        assert found.item() == pytest.approx((of_source + alone.item()) / 2, rel=1e-5)


@pytest.mark.parametrize('name', GAN_LOSSES)
def test_scores_of_a_location_weigh_as_much_as_its_pixels_do(name):
    scores, weights = torch.randn(2, 1, 3, 3), torch.rand(2, 1, 6, 6)
    total = 0.0
    for n in range(2):
        for i in range(3):
            for j in range(3):
                pixels = weights[n, 0, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
                one = GAN_LOSSES[name](scores[n : n + 1, :, i : i + 1, j : j + 1], True)
                total += float(pixels.mean() * one) / 18
    found = GAN_LOSSES[name](scores, True, weights=weights)
    assert found.item() == pytest.approx(total, rel=1e-5)


def test_only_the_source_side_of_a_discriminator_is_weighed():
    """Twice the weight is twice the loss there, and changes nothing else."""
    found = {}
    for weight in (None, 1.0, 2.0):
        weights = None if weight is None else [weight] * 3
        model = make(output=dict(OUTPUT, class_weights=weights))
        segmentor, _ = losses(model, 'segmentor', toy_batch(size=32))
        critic, _ = losses(model, 'critic', toy_batch(size=32))
        found[weight] = segmentor | critic
    for key, value in found[None].items():
        factor = 2 if key.endswith('discriminator_source') else 1
        torch.testing.assert_close(found[1.0][key], value)
        torch.testing.assert_close(found[2.0][key], factor * value)


@pytest.mark.parametrize('weights', [[1.0, 2.0], [1.0, -1.0, 1.0]])
def test_each_class_has_a_weight(weights):
    with pytest.raises(ValueError, match='class_weights must be 3 numbers from 0 on'):
        make(output=dict(OUTPUT, class_weights=weights))
