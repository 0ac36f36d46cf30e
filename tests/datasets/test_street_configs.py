"""The base configs of street scenes: published sizes, any loader, and --demo."""

from pathlib import Path

import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from PIL import Image
from street_trees import MAKE, write_grey, write_image

from mmuda.jobs.config import load_config
from mmuda.jobs.data_sets import find_data_set, without_labels
from mmuda.jobs.demo import use_stand_ins

init_default_scope('mmseg')

# Width and height of the images as published baselines see them.
SIZES = dict(gta5=(1280, 720), synthia=(1280, 760), cityscapes=(1024, 512), camvid=None)
NUM_CLASSES = dict(gta5=19, synthia=19, cityscapes=19, camvid=11)


def read(name, tmp_path):
    """A base config whose data are one image and its labels, 31 x 17 pixels."""
    for split in ('train', 'val'):
        write_image(tmp_path / f'img_dir/{split}/a.png', size=(17, 31))
        ids = np.arange(17 * 31).reshape(17, 31) % NUM_CLASSES[name]
        write_grey(tmp_path / f'ann_dir/{split}/a.png', ids)
    data_set = find_data_set(name)
    parts = dict(train=data_set.train, val=data_set.val)
    for part in parts.values():
        part.data_root = str(tmp_path)
    return dict(parts, unlabelled=without_labels(data_set.train))


@pytest.mark.parametrize('name', MAKE)
def test_sizes(name, tmp_path):
    """Training at the published size, evaluation at that of the labels."""
    parts = read(name, tmp_path)
    width, height = SIZES[name] or (31, 17)
    train, val, unlabelled = (DATASETS.build(part)[0] for part in parts.values())
    for sample in (train, unlabelled, val):
        assert sample['inputs'].shape == (3, height, width)
        assert sample['data_samples'].ori_shape == (17, 31)
    assert train['data_samples'].gt_sem_seg.shape == (height, width)
    assert 'gt_sem_seg' not in unlabelled['data_samples']
    assert val['data_samples'].gt_sem_seg.shape == (17, 31)
    assert 'seg_map_path' not in parts['unlabelled'].data_prefix


@pytest.mark.parametrize('name', MAKE)
def test_same_by_the_loaders_of_mmseg(name, tmp_path):
    part = read(name, tmp_path)['val']
    ours = DATASETS.build(part)[0]
    part.pipeline[0] = dict(type='LoadImageFromFile')
    part.pipeline[-2] = dict(type='LoadAnnotations')
    theirs = DATASETS.build(part)[0]
    # MMSeg reads blue, green, red.
    np.testing.assert_array_equal(ours['inputs'], theirs['inputs'].flip(0))
    labels = (sample['data_samples'].gt_sem_seg.data for sample in (ours, theirs))
    np.testing.assert_array_equal(*labels)


def test_resized_as_the_baselines_do(tmp_path):
    """Pillow's bicubic interpolation for images, nearest for labels."""
    sample = DATASETS.build(read('cityscapes', tmp_path)['train'])[0]
    image = Image.open(tmp_path / 'img_dir/train/a.png').resize((1024, 512), 3)
    np.testing.assert_array_equal(sample['inputs'].permute(1, 2, 0), np.array(image))
    labels = Image.open(tmp_path / 'ann_dir/train/a.png').resize((1024, 512), 0)
    found = sample['data_samples'].gt_sem_seg.data[0]
    np.testing.assert_array_equal(found, np.array(labels))


CROPS = """
_base_ = 'mmuda::_base_/methods/adaptsegnet_single.py'
source, target = 'gta5', 'cityscapes'
train_dataloader = dict(dataset=dict(source=dict(pipeline=[
    dict(type='LoadRaster'),
    dict(type='LoadLabels'),
    dict(type='RandomCrop', crop_size=(512, 256)),
    dict(type='Resize', scale_factor=0.5),
    dict(type='Resize', scale=(1280, 720)),
    dict(type='PackSegInputs')])))
"""


def test_demo_shrinks_sizes_with_the_images(tmp_path):
    file = tmp_path / 'crops.py'
    file.write_text(CROPS)
    cfg = load_config(file, demo=True)
    steps = cfg.train_dataloader.dataset.source.pipeline
    assert steps[2].crop_size == (64, 32)
    assert steps[3] == dict(type='Resize', scale_factor=0.5)
    assert steps[4].scale == (160, 90)
    for dataset in (
        cfg.train_dataloader.dataset.target,
        cfg.val_dataloader.dataset,
        cfg.test_dataloader.dataset,
    ):
        assert dataset.pipeline[1].scale == (128, 64)
        assert dataset.data_root == 'work_dirs/demo/data/cityscapes'
    assert not Path('work_dirs').exists()

    # What two loaders share shrinks once.
    cfg = load_config(file)
    cfg.test_dataloader.dataset.pipeline = cfg.val_dataloader.dataset.pipeline
    use_stand_ins(cfg)
    assert cfg.test_dataloader.dataset.pipeline[1].scale == (128, 64)


def test_demo_images_are_an_eighth_of_the_real_ones():
    from mmuda.demo import STREETS

    for name, real in (
        ('gta5', (1914, 1052)),
        ('synthia', (1280, 760)),
        ('cityscapes', (2048, 1024)),
    ):
        small = STREETS[name].size_px
        assert np.abs(np.array(small) * 8 - real).max() <= 8
