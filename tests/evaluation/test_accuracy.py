"""Eq. 5, 6 and 7 of the SemSim paper against transcriptions, and torchmetrics."""

import json

import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope
from mmseg.registry import METRICS
from torchmetrics.functional import jaccard_index

from mmuda.datasets.taxonomy import read_taxonomy


@pytest.fixture
def images():
    generator = torch.Generator().manual_seed(0)
    truth = torch.randint(3, (4, 8, 8), generator=generator)
    predicted = torch.randint(3, (4, 8, 8), generator=generator)
    truth[0, :2] = 255
    return truth, predicted


def build(kind, classes, **options):
    DefaultScope.get_instance('test', scope_name='mmseg')
    metric = METRICS.build(dict(type=kind, **options))
    metric.dataset_meta = dict(classes=classes)
    return metric


def samples_of(truth, predicted):
    return [
        dict(
            gt_sem_seg=dict(data=t[None]), pred_sem_seg=dict(data=p[None]), img_path='x'
        )
        for t, p in zip(truth, predicted, strict=True)
    ]


def evaluate(truth, predicted, classes, **options):
    metric = build('SegmentationMetric', classes, **options)
    metric.process({}, samples_of(truth, predicted))
    return metric.evaluate(len(truth))


def test_matches_the_equations(images, tmp_path):
    truth, predicted = images
    file = tmp_path / 'figures.json'
    figures = evaluate(truth, predicted, ('a', 'b', 'c'), out=str(file))
    pixels = [
        (t, p)
        for t, p in zip(
            truth.flatten().tolist(), predicted.flatten().tolist(), strict=True
        )
        if t != 255
    ]
    ious = []
    for c, name in enumerate('abc'):
        both = sum(t == c and p == c for t, p in pixels)
        either = sum(t == c or p == c for t, p in pixels)
        ious.append(both / either)
        assert figures[f'IoU.{name}'] == pytest.approx(100 * both / either)
    assert figures['mIoU'] == pytest.approx(100 * sum(ious) / 3)
    right = sum(t == p for t, p in pixels) / len(pixels)
    assert figures['aAcc'] == pytest.approx(100 * right)
    assert json.loads(file.read_text()) == figures


def test_equals_torchmetrics(images):
    truth, predicted = images
    figures = evaluate(truth, predicted, ('a', 'b', 'c'))
    expected = jaccard_index(
        predicted, truth, task='multiclass', num_classes=3, ignore_index=255
    )
    assert figures['mIoU'] == pytest.approx(100 * expected.item(), rel=1e-5)


def test_a_class_without_truth_has_no_iou(images, tmp_path):
    """Predicted or not; means are those of the other classes."""
    truth, predicted = images
    file = tmp_path / 'figures.json'
    classes, subsets = ('a', 'b', 'c', 'd'), dict(two=['a', 'd'], nowhere=['d'])
    figures = evaluate(truth, predicted, classes, out=str(file), subsets=subsets)
    three = evaluate(truth, predicted, ('a', 'b', 'c'))
    assert figures['mIoU'] == pytest.approx(three['mIoU'])
    at = tuple(torch.nonzero((truth == 0) & (predicted == 0))[0])
    predicted[at] = 3  # one pixel of class a is taken for d
    wrong = evaluate(truth, predicted, classes, out=str(file), subsets=subsets)
    written = json.loads(file.read_text())
    for name in ('IoU.d', 'nowhere'):
        assert np.isnan(figures[name])
        assert np.isnan(wrong[name])
        assert written[name] is None
    found = [wrong[f'IoU.{c}'] for c in 'abc']
    assert wrong['mIoU'] == pytest.approx(sum(found) / 3)
    assert wrong['two'] == wrong['IoU.a']
    assert found[1:] == [three['IoU.b'], three['IoU.c']]
    counted = truth != 255
    both = ((truth == 0) & (predicted == 0)).sum().item()
    either = (((truth == 0) | (predicted == 0)) & counted).sum().item()
    assert wrong['IoU.a'] == pytest.approx(100 * both / either)
    assert wrong['IoU.a'] < three['IoU.a']
    one = 100 / counted.sum().item()
    assert wrong['aAcc'] == pytest.approx(three['aAcc'] - one)


def test_one_wrong_pixel_of_an_absent_class_is_one_wrong_pixel():
    """The mean goes from 100 to what that pixel is worth, not to two thirds."""
    truth = torch.arange(2).repeat_interleave(50).view(1, 10, 10)
    predicted = truth.clone()
    predicted[0, 0, 0] = 2
    figures = evaluate(truth, predicted, ('a', 'b', 'c'))
    assert figures['mIoU'] == pytest.approx((98 + 100) / 2)
    assert evaluate(truth, truth, ('a', 'b', 'c'))['mIoU'] == 100


def test_branches_are_means_of_the_same_classes(images):
    """The first branch takes pixels for a class that the truth lacks."""
    truth, predicted = images
    other = torch.where(predicted == 1, 3, predicted)
    metric = build('BranchSegmentationMetric', ('a', 'b', 'c', 'd'))
    samples = [
        {**sample, 'branch_s1': dict(data=o[None])}
        for sample, o in zip(samples_of(truth, predicted), other, strict=True)
    ]
    metric.process({}, samples)
    figures = metric.evaluate(len(samples))
    for prefix, labels in (('', predicted), ('s1.', other)):
        alone = evaluate(truth, labels, ('a', 'b', 'c', 'd'))
        mean = sum(alone[f'IoU.{c}'] for c in 'abc') / 3
        assert figures[f'{prefix}mIoU'] == pytest.approx(mean)
        assert np.isnan(figures[f'{prefix}IoU.d'])
    assert figures['s1.IoU.b'] == 0


@pytest.fixture
def street_scenes():
    """Labels of all 19 classes of Cityscapes, predictions right half of the time."""
    generator = torch.Generator().manual_seed(1)
    truth = torch.randint(19, (3, 24, 40), generator=generator)
    predicted = torch.randint(19, truth.shape, generator=generator)
    predicted = torch.where(predicted % 2 == 0, truth, predicted)
    truth[1, :3] = 255
    return truth, predicted


SUBSETS = dict(mIoU16='cityscapes16', mIoU13='cityscapes13')


def test_means_over_16_and_13_classes(street_scenes):
    """mIoU* leaves wall, fence and pole out; against torchmetrics and a loop."""
    truth, predicted = street_scenes
    classes = read_taxonomy('cityscapes19').classes
    figures = evaluate(truth, predicted, classes, subsets=SUBSETS)
    each = jaccard_index(
        predicted,
        truth,
        task='multiclass',
        num_classes=19,
        ignore_index=255,
        average='none',
    )
    for name, absent in (
        ('mIoU', ()),
        ('mIoU16', ('terrain', 'truck', 'train')),
        ('mIoU13', ('terrain', 'truck', 'train', 'wall', 'fence', 'pole')),
    ):
        kept = [i for i, c in enumerate(classes) if c not in absent]
        assert len(kept) == int(name[4:] or 19)
        assert figures[name] == pytest.approx(100 * each[kept].mean().item(), rel=1e-5)
        total = 0.0
        for c in kept:
            t, p = truth == c, predicted == c
            seen = truth != 255
            total += ((t & p).sum() / ((t | p) & seen).sum()).item()
        assert figures[name] == pytest.approx(100 * total / len(kept), rel=1e-5)


def test_16_classes_are_19_sixteenths_when_three_are_never_right(street_scenes):
    """The rule by which papers convert one into the other."""
    truth, predicted = street_scenes
    classes = read_taxonomy('cityscapes19').classes
    absent = torch.tensor([classes.index(c) for c in ('terrain', 'truck', 'train')])
    predicted = torch.where(torch.isin(predicted, absent), 0, predicted)
    figures = evaluate(truth, predicted, classes, subsets=SUBSETS)
    assert figures['mIoU16'] == pytest.approx(figures['mIoU'] * 19 / 16)


def test_subsets_by_list_and_their_nan(images):
    truth, predicted = images
    subsets = dict(first=['c', 'a'], nowhere=('d',))
    figures = evaluate(truth, predicted, ('a', 'b', 'c', 'd'), subsets=subsets)
    expected = (figures['IoU.a'] + figures['IoU.c']) / 2
    assert figures['first'] == pytest.approx(expected)
    assert np.isnan(figures['nowhere'])


def test_rejects_a_subset_of_other_classes(images):
    with pytest.raises(
        ValueError, match='subset x names e, f, expected some of a, b, c'
    ):
        evaluate(*images, ('a', 'b', 'c'), subsets=dict(x=['a', 'e', 'f']))
