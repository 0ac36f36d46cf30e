"""Eq. 5, 6 and 7 of the SemSim paper against transcriptions, and torchmetrics."""

import json

import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope
from mmseg.registry import METRICS
from torchmetrics.functional import f1_score, jaccard_index
from torchmetrics.functional.classification import multiclass_calibration_error

from mmuda.datasets.taxonomy import read_taxonomy
from mmuda.evaluation.boundary import boundary_counts, eroded


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
    protocol = 'all 3 classes, labels as they are'
    assert json.loads(file.read_text()) == {'protocol': protocol, **figures}


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


def test_f1_equals_torchmetrics(images):
    truth, predicted = images
    figures = evaluate(truth, predicted, ('a', 'b', 'c'))
    each = f1_score(
        predicted[truth != 255],
        truth[truth != 255],
        task='multiclass',
        num_classes=3,
        average='none',
    )
    for name, value in zip('abc', each, strict=True):
        assert figures[f'F1.{name}'] == pytest.approx(100 * value.item(), rel=1e-5)
    assert figures['mF1'] == pytest.approx(100 * each.mean().item(), rel=1e-5)


def test_calibration_error_equals_torchmetrics(images):
    truth, _ = images
    logits = 2 * torch.randn((4, 3, 8, 8), generator=torch.Generator().manual_seed(2))
    metric = build('SegmentationMetric', ('a', 'b', 'c'), calibration=True)
    samples = samples_of(truth, logits.argmax(1))
    with pytest.raises(ValueError, match='scores of at least two classes'):
        metric.process({}, samples)
    for sample, scores in zip(samples, logits, strict=True):
        sample['seg_logits'] = dict(data=scores)
    metric.results.clear()
    metric.process({}, samples[:1])
    metric.process({}, samples[1:])
    expected = multiclass_calibration_error(
        logits.softmax(1), truth, 3, n_bins=15, ignore_index=255
    )
    assert metric.evaluate(4)['ECE'] == pytest.approx(100 * expected.item(), rel=1e-4)


def slow_zone(labels, width):
    """Whether another class is within ``width``, pixel by pixel."""
    height, length = labels.shape
    zone = np.zeros(labels.shape, bool)
    for i in range(height):
        for j in range(length):
            rows = slice(max(i - width, 0), i + width + 1)
            near = labels[rows, max(j - width, 0) : j + width + 1]
            near = near[near != 255]
            zone[i, j] = labels[i, j] != 255 and (near != labels[i, j]).any()
    return zone


@pytest.fixture
def blobs():
    """Label maps with areas and some ignored pixels, and shifted ones."""
    rng = np.random.default_rng(0)
    truth = rng.integers(3, size=(6, 7), dtype=np.uint8).repeat(5, 0).repeat(5, 1)
    predicted = np.roll(truth, (1, 2), (0, 1))
    truth[:4, 3:9] = 255
    return truth, predicted


@pytest.mark.parametrize('width', [1, 3])
def test_boundary_iou_pixel_by_pixel(blobs, width):
    truth, predicted = blobs
    seen = np.where(truth == 255, 255, predicted)
    zones = slow_zone(truth, width), slow_zone(seen, width)
    expected = [
        (
            ((truth == c) & zones[0] & (seen == c) & zones[1]).sum(),
            (((truth == c) & zones[0]) | ((seen == c) & zones[1])).sum(),
        )
        for c in range(3)
    ]
    found = boundary_counts(predicted, truth, 3, width)
    assert found.tolist() == [list(map(int, row)) for row in expected]
    maps = [torch.from_numpy(m.astype(np.int64))[None] for m in (truth, predicted)]
    figures = evaluate(*maps, ('a', 'b', 'c'), boundary=width)
    ious = [100 * both / either for both, either in expected]
    assert [figures[f'BIoU.{c}'] for c in 'abc'] == pytest.approx(ious)
    assert figures['mBIoU'] == pytest.approx(np.mean(ious))


def test_boundary_iou_sees_what_iou_does_not():
    """A border that is off by a pixel costs a large area nearly nothing."""
    truth = torch.zeros((1, 80, 80), dtype=torch.long)
    truth[:, :, 40:] = 1
    off = truth.roll(1, 2)
    off[:, :, 0] = 0
    figures = evaluate(truth, off, ('a', 'b'), boundary=2)
    assert figures['mIoU'] > 97
    assert figures['mBIoU'] == pytest.approx(100 / 3)
    assert evaluate(truth, truth, ('a', 'b'), boundary=2)['mBIoU'] == 100


def test_eroded_labels_do_not_count(blobs, tmp_path):
    truth, predicted = blobs
    expected = np.where(slow_zone(truth, 2), 255, truth)
    assert (eroded(truth, 2) == expected).all()
    file = tmp_path / 'figures.json'
    as_tensors = [
        torch.from_numpy(m.astype(np.int64))[None] for m in (truth, predicted, expected)
    ]
    found = evaluate(*as_tensors[:2], ('a', 'b', 'c'), erode=2, out=str(file))
    assert found == evaluate(as_tensors[2], as_tensors[1], ('a', 'b', 'c'))
    protocol = json.loads(file.read_text())['protocol']
    assert protocol == 'all 3 classes, labels eroded by 2 pixels'


def test_a_class_may_be_left_out(images, tmp_path):
    """Its pixels are not looked at; to be taken for it is an error nevertheless."""
    truth, predicted = images
    file = tmp_path / 'figures.json'
    classes = ('a', 'clutter', 'c')
    found = evaluate(truth, predicted, classes, without=['clutter'], out=str(file))
    hidden = torch.where(truth == 1, 255, truth)
    for name, value in evaluate(hidden, predicted, classes).items():
        assert found[name] == pytest.approx(value, nan_ok=True)
    assert np.isnan(found['IoU.clutter'])
    assert found['mIoU'] == pytest.approx((found['IoU.a'] + found['IoU.c']) / 2)
    protocol = json.loads(file.read_text())['protocol']
    assert protocol == '3 classes without clutter, labels as they are'
    with pytest.raises(ValueError, match='without names x, expected some of a, clu'):
        evaluate(truth, predicted, classes, without=['x'])


def test_rejects_widths_that_can_not_be(images):
    with pytest.raises(ValueError, match='boundary from 1, got 0 and 0'):
        evaluate(*images, ('a', 'b', 'c'), boundary=0)
    with pytest.raises(ValueError, match='erode counts pixels from 0'):
        evaluate(*images, ('a', 'b', 'c'), erode=-1)


def test_branches_are_measured_by_the_same_protocol(images):
    truth, predicted = images
    metric = build('BranchSegmentationMetric', ('a', 'b', 'c'), without=['b'])
    samples = [
        {**sample, 'branch_s1': dict(data=p[None])}
        for sample, p in zip(samples_of(truth, predicted), predicted, strict=True)
    ]
    metric.process({}, samples)
    figures = metric.evaluate(len(samples))
    for name in ('aAcc', 'mIoU', 'mF1'):
        assert figures[f's1.{name}'] == figures[name]
