from functools import partial
from pathlib import Path

import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmuda.datasets.buxtehude import BuxtehudeCityDataset
from mmuda.datasets.hannover import HannoverCityDataset
from mmuda.datasets.nienburg import NienburgCityDataset
from mmuda.datasets.potsdam import PotsdamCityDataset
from mmuda.datasets.transforms import LoadLabels, LoadRaster  # noqa: F401
from mmuda.datasets.vaihingen import VaihingenCityDataset
from mmuda.preparation import PatchPlan, Scene, prepare_city

init_default_scope('mmseg')

CITIES = [
    VaihingenCityDataset,
    PotsdamCityDataset,
    HannoverCityDataset,
    BuxtehudeCityDataset,
    NienburgCityDataset,
]
TRAIN = {'img_path': 'img_dir/train', 'seg_map_path': 'ann_dir/train'}
ROOT = Path(__file__).parents[2]


def make_scene(number):
    """Six columns, one of each class, and a seventh that is ignored."""
    ids = np.array([0, 1, 2, 3, 4, 5, 255], np.uint8)
    labels = np.tile(np.repeat(ids, 2), (14, 1))
    image = np.repeat(labels[..., None], 3, axis=-1) // 2 + np.uint8(number)
    return Scene(image, labels, ('nir', 'red', 'green'), 0.2)


@pytest.fixture
def root(tmp_path):
    plan = PatchPlan(size_px=14, train_images=1, patches_per_image=3)
    scenes = {f'image{i}': partial(make_scene, i) for i in range(3)}
    prepare_city(tmp_path / 'city', 'toy', scenes, plan)
    return str(tmp_path / 'city')


@pytest.mark.parametrize('city', CITIES)
def test_city(root, city):
    assert DATASETS.get(city.__name__) is city
    dataset = city(data_root=root, data_prefix=TRAIN)
    assert len(dataset) == 3
    sample = dataset.get_data_info(0)
    assert sample['img_path'].endswith('_0000.tif')
    assert sample['seg_map_path'].endswith('_0000.png')
    assert sample['label_map'] is None
    assert sample['reduce_zero_label'] is False
    assert len(dataset.metainfo['palette']) == len(dataset.metainfo['classes']) == 6


@pytest.mark.parametrize('city', CITIES)
def test_converter_and_demo_city(city):
    name = city.__name__.removesuffix('CityDataset').lower()
    assert city.demo_city == name
    assert name in city.converter
    assert (ROOT / city.converter.split()[1]).is_file()


def test_values_ids_and_classes(root):
    """Stored id -> id in training -> class name, on known pixels."""
    pipeline = [
        dict(type='LoadRaster', bands=['nir', 'red', 'green']),
        dict(type='LoadLabels', num_classes=6),
        dict(type='PackSegInputs'),
    ]
    prefix = {'img_path': 'img_dir/val', 'seg_map_path': 'ann_dir/val'}
    dataset = VaihingenCityDataset(
        data_root=root, data_prefix=prefix, pipeline=pipeline
    )
    assert len(dataset) == 2
    labels = dataset[1]['data_samples'].gt_sem_seg.data[0, 0, ::2].tolist()
    assert [*(dataset.metainfo['classes'][i] for i in labels[:6]), labels[6]] == [
        'impervious_surface',
        'building',
        'low_vegetation',
        'tree',
        'car',
        'clutter',
        255,
    ]
    assert dataset[1]['inputs'].shape == (3, 14, 14)


def test_fewer_classes(root):
    dataset = VaihingenCityDataset(
        data_root=root,
        data_prefix=TRAIN,
        metainfo={'classes': ['tree', 'building']},
        pipeline=[dict(type='LoadRaster'), dict(type='LoadLabels', num_classes=2)],
    )
    assert dataset.metainfo['palette'] == [[0, 255, 0], [0, 0, 255]]
    assert set(np.unique(dataset[0]['gt_seg_map'])) <= {0, 1, 255}


def test_unlabelled(root):
    dataset = PotsdamCityDataset(
        data_root=root,
        data_prefix={'img_path': 'img_dir/train'},
        pipeline=[dict(type='LoadRaster'), dict(type='PackSegInputs')],
    )
    assert 'seg_map_path' not in dataset.get_data_info(0)
    assert 'gt_sem_seg' not in dataset[0]['data_samples']


@pytest.mark.parametrize('city', CITIES)
def test_rejects_missing_data(tmp_path, city):
    expected = (
        rf'{city.__name__}: no folder {tmp_path}/data/img_dir/train; make it with '
        rf'`{city.converter}`, or try --demo, which needs no data$'
    )
    with pytest.raises(FileNotFoundError, match=expected):
        city(data_root=str(tmp_path / 'data'), data_prefix=TRAIN)


def test_rejects_an_empty_folder(tmp_path):
    for folder in TRAIN.values():
        (tmp_path / folder).mkdir(parents=True)
    expected = r'HannoverCityDataset: no image \*\.tif in .*img_dir/train; make it with'
    with pytest.raises(FileNotFoundError, match=expected):
        HannoverCityDataset(data_root=str(tmp_path), data_prefix=TRAIN)
