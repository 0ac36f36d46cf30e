"""Domains as one dataset."""

import pickle
import random

import numpy as np
import pytest
import torch
from mmengine.dataset import BaseDataset
from mmseg.registry import DATASETS, TRANSFORMS
from mmseg.structures import SegDataSample

from mmuda.datasets.domain import DomainConcatDataset, SeededIndex, seeded


@TRANSFORMS.register_module(force=True)
class MakeNoise:
    def __call__(self, info):
        info['noise'] = (random.random(), np.random.rand(), torch.rand(1).item())
        info['data_samples'] = SegDataSample(metainfo=dict(seg_map_path='labels.png'))
        return info


@TRANSFORMS.register_module(force=True)
class LoadLabelsOfNoise(MakeNoise):
    pass


@DATASETS.register_module(force=True)
class ListDataset(BaseDataset):
    METAINFO = dict(classes=('a', 'b'))

    def __init__(self, size, name='', **options):
        self.size, self.name = size, name
        super().__init__(ann_file='', **options)

    def load_data_list(self):
        return [dict(number=i, name=self.name) for i in range(self.size)]


def member(size, name, step='MakeNoise', **options):
    pipeline = [dict(type=step)]
    return dict(type='ListDataset', size=size, name=name, pipeline=pipeline, **options)


def test_stamps_the_domain():
    dataset = DomainConcatDataset(source=member(3, 's'), target=member(2, 't'))
    assert dataset.domains == ['source', 'target']
    assert [dataset[i]['data_samples'].domain for i in range(5)] == (
        ['source'] * 3 + ['target'] * 2
    )
    assert dataset.indices('target') == range(3, 5)
    assert dataset[3]['name'] == 't'


def test_several_sources_are_numbered():
    dataset = DomainConcatDataset(
        source=[member(1, 'a'), member(2, 'b')], target=member(1, 't')
    )
    assert dataset.domains == ['source_0', 'source_1', 'target']
    assert dataset.indices('source_1') == range(1, 3)


def test_the_target_carries_no_path_of_labels():
    dataset = DomainConcatDataset(source=member(1, 's'), target=member(1, 't'))
    assert dataset[0]['data_samples'].seg_map_path == 'labels.png'
    assert dataset[1]['data_samples'].seg_map_path is None


def test_a_draw_seeds_what_is_random_in_loading():
    dataset = DomainConcatDataset(source=member(3, 's'))
    first = dataset[SeededIndex(1, seed=7)]['noise']
    torch.manual_seed(5), np.random.seed(5), random.seed(5)
    assert dataset[SeededIndex(1, seed=7)]['noise'] == first
    assert dataset[SeededIndex(1, seed=8)]['noise'] != first


def test_a_draw_leaves_the_random_numbers_of_training_alone():
    dataset = DomainConcatDataset(source=member(3, 's'))
    numbers = []
    for disturb in (False, True):
        torch.manual_seed(5), np.random.seed(5), random.seed(5)
        if disturb:
            dataset[SeededIndex(1, seed=7)]
        numbers.append((torch.rand(1).item(), np.random.rand(), random.random()))
    assert numbers[0] == numbers[1]


def test_seeded_restores_after_an_error():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    with pytest.raises(KeyError), seeded(3):
        raise KeyError
    assert torch.equal(torch.rand(1), expected)


def test_a_draw_survives_the_way_to_a_worker():
    draw = pickle.loads(pickle.dumps(SeededIndex(4, seed=9)))
    assert (draw, draw.seed) == (4, 9)


def test_rejects_a_target_that_loads_labels():
    target = member(1, 't', step='LoadLabelsOfNoise')
    with pytest.raises(ValueError, match=r'target loads labels \(LoadLabelsOfNoise\)'):
        DomainConcatDataset(source=member(1, 's'), target=target)
    with pytest.raises(ValueError, match='target loads labels'):
        DomainConcatDataset(source=member(1, 's'), target=DATASETS.build(target))


def test_rejects_different_classes():
    target = member(1, 't', metainfo=dict(classes=('a', 'c')))
    with pytest.raises(
        ValueError, match=r"classes of target are .*'c'.*must be the same"
    ):
        DomainConcatDataset(source=member(1, 's'), target=target)
