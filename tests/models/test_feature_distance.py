"""The feature distance against a loop over locations, and the frozen encoder."""

import copy

import pytest
import torch
from conftest import toy_batch, toy_segmentor
from toy_objectives import begin, build

from mmuda.models.objectives.feature_distance import locations_of_classes


def naive_locations(labels, classes, size, share):
    """Eq. 9 and 10, pixel by pixel."""
    rows, columns = labels.shape[1] // size[0], labels.shape[2] // size[1]
    counts = torch.zeros(len(labels), *size, dtype=torch.bool)
    for n, i, j in torch.cartesian_prod(*map(torch.arange, counts.shape)):
        window = labels[
            n, i * rows : (i + 1) * rows, j * columns : (j + 1) * columns
        ].flatten()
        for label in classes:
            number = sum(1 for pixel in window.tolist() if pixel == label)
            counts[n, i, j] |= number / len(window) >= share
    return counts


def test_locations_are_those_that_mostly_show_one_of_the_classes():
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(4, (2, 16, 16), generator=generator)
    labels[:, :9, :7] = 2
    labels[:, 10:, 3:] = 1
    labels[:, 3:6, 12:] = 255
    found = locations_of_classes(labels, (0, 2), (4, 4), 0.75)
    assert torch.equal(found, naive_locations(labels, (0, 2), (4, 4), 0.75))
    assert 0 < found.sum() < found.numel()


@pytest.fixture
def model():
    """Labels of the toys are noise: a third of a location's pixels is a class."""
    objective = dict(type='FeatureDistance', classes=(0, 2), share=0.3, loss_weight=0.5)
    return build(dict(distance=objective))


def test_loss_is_the_mean_distance_there(model):
    model, optimizer = model
    start = copy.deepcopy(model.segmentor.backbone)
    first = model.train_step(toy_batch(size=32), optimizer)
    assert first['distance.loss_distance'] == 0
    domains = begin(model, toy_batch(size=32, seed=1))
    losses = model.phase_losses('segmentor', domains)
    with torch.no_grad():
        images = domains['source'].inputs
        ours, theirs = (net(images)[-1] for net in (model.segmentor.backbone, start))
    labels = torch.cat([s.gt_sem_seg.data for s in domains['source'].data_samples])
    where = naive_locations(labels, (0, 2), ours.shape[2:], 0.3)
    distances = (ours - theirs).square().sum(1).sqrt()[where]
    torch.testing.assert_close(
        losses['distance.loss_distance'].detach(), 0.5 * distances.mean()
    )


def test_frozen_encoder_has_the_weights_that_are_named(tmp_path):
    torch.manual_seed(5)
    from mmseg.registry import MODELS

    other = MODELS.build(toy_segmentor().backbone)
    torch.save(dict(state_dict=other.state_dict()), tmp_path / 'imagenet.pth')
    pretrained = dict(type='Pretrained', checkpoint=str(tmp_path / 'imagenet.pth'))
    model, optimizer = build(
        dict(distance=dict(type='FeatureDistance', pretrained=pretrained))
    )
    model.init_weights()
    model.train_step(toy_batch(size=32), optimizer)
    encoder = model.objectives['distance'].encoder.state_dict()
    for name, value in other.state_dict().items():
        assert torch.equal(encoder[name], value), name


def test_rejects_classes_that_there_are_not():
    model, _ = build(dict(distance=dict(type='FeatureDistance', classes=(0, 3))))
    domains = begin(model, toy_batch(size=32))
    with pytest.raises(ValueError, match=r'must be among 0 to 2, got \[0, 3\]'):
        model.phase_losses('segmentor', domains)
