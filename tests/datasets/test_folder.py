import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmuda.datasets.folder import FolderDataset
from mmuda.datasets.transforms import LoadLabels, LoadRaster  # noqa: F401

init_default_scope('mmseg')

METAINFO = {'classes': ('field', 'road'), 'palette': [[0, 255, 0], [255, 0, 0]]}


@pytest.fixture
def root(tmp_path):
    for folder in ('photos/north', 'masks/north'):
        (tmp_path / folder).mkdir(parents=True)
    for name in ('a', 'b', 'north/c'):
        cv2.imwrite(str(tmp_path / f'photos/{name}.jpg'), np.zeros((4, 6, 3), np.uint8))
        cv2.imwrite(str(tmp_path / f'masks/{name}_mask.png'), np.ones((4, 6), np.uint8))
    return tmp_path


def build(root, **options):
    return DATASETS.build(
        {
            'type': 'FolderDataset',
            'data_root': str(root),
            'data_prefix': {'img_path': 'photos', 'seg_map_path': 'masks'},
            'img_suffix': '.jpg',
            'seg_map_suffix': '_mask.png',
            'metainfo': METAINFO,
            **options,
        }
    )


def test_images_and_masks(root):
    pipeline = [dict(type='LoadRaster'), dict(type='LoadLabels', num_classes=2)]
    dataset = build(root, pipeline=pipeline)
    assert isinstance(dataset, FolderDataset)
    assert len(dataset) == 3
    assert dataset.metainfo['classes'] == ('field', 'road')
    assert (dataset[2]['gt_seg_map'] == 1).all()
    assert dataset[2]['img_path'].endswith('photos/north/c.jpg')


def test_images_alone(root):
    dataset = build(root, data_prefix={'img_path': 'photos'})
    assert len(dataset) == 3
    assert 'seg_map_path' not in dataset.get_data_info(0)


def test_rejects_a_missing_folder(root):
    prefix = {'img_path': 'photos', 'seg_map_path': 'labels'}
    expected = r'seg_map_path of FolderDataset: no folder .*/labels$'
    with pytest.raises(FileNotFoundError, match=expected):
        build(root, data_prefix=prefix)


def test_rejects_a_folder_without_images(root):
    with pytest.raises(FileNotFoundError, match=r'no image \*\.tif in .*/photos$'):
        build(root, img_suffix='.tif')


def test_rejects_images_without_masks(root):
    (root / 'masks' / 'b_mask.png').unlink()
    expected = r'1 of 3 images have no mask; .*b\.jpg should have .*/masks/b_mask\.png$'
    with pytest.raises(FileNotFoundError, match=expected):
        build(root)
