"""Eq. 5, 6 and 7 of the SemSim paper against transcriptions, and torchmetrics."""

import json

import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope
from mmseg.registry import METRICS
from torchmetrics.functional import jaccard_index


@pytest.fixture
def images():
    generator = torch.Generator().manual_seed(0)
    truth = torch.randint(3, (4, 8, 8), generator=generator)
    predicted = torch.randint(3, (4, 8, 8), generator=generator)
    truth[0, :2] = 255
    return truth, predicted


def evaluate(truth, predicted, classes, **options):
    DefaultScope.get_instance('test', scope_name='mmseg')
    metric = METRICS.build(dict(type='SegmentationMetric', **options))
    metric.dataset_meta = dict(classes=classes)
    samples = [
        dict(
            gt_sem_seg=dict(data=t[None]), pred_sem_seg=dict(data=p[None]), img_path='x'
        )
        for t, p in zip(truth, predicted, strict=True)
    ]
    metric.process({}, samples)
    return metric.evaluate(len(samples))


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


def test_a_class_that_occurs_nowhere_has_no_iou(images, tmp_path):
    truth, predicted = images
    file = tmp_path / 'figures.json'
    figures = evaluate(truth, predicted, ('a', 'b', 'c', 'd'), out=str(file))
    assert np.isnan(figures['IoU.d'])
    assert json.loads(file.read_text())['IoU.d'] is None
    three = evaluate(truth, predicted, ('a', 'b', 'c'))
    assert figures['mIoU'] == pytest.approx(three['mIoU'])
