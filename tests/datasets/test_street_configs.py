"""The base configs of street scenes: published sizes, any loader, and --demo."""

from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from PIL import Image
from street_trees import MAKE, write_grey, write_image

import mmuda.datasets  # noqa: F401
from mmuda.jobs import demo

init_default_scope('mmseg')

BASES = Path(__file__).parents[2] / 'configs' / '_base_' / 'datasets'
# Width and height of the images as published baselines see them.
SIZES = dict(gta5=(1280, 720), synthia=(1280, 760), cityscapes=(1024, 512), camvid=None)
NUM_CLASSES = dict(gta5=19, synthia=19, cityscapes=19, camvid=11)


def read(name, tmp_path):
    """A base config whose data are one image and its labels, 31 x 17 pixels."""
    for split in ('train', 'val'):
        write_image(tmp_path / f'img_dir/{split}/a.png', size=(17, 31))
        ids = np.arange(17 * 31).reshape(17, 31) % NUM_CLASSES[name]
        write_grey(tmp_path / f'ann_dir/{split}/a.png', ids)
    cfg = Config.fromfile(BASES / f'{name}.py')
    parts = {}
    for key in ('train', 'train_unlabelled', 'val'):
        parts[key] = cfg[f'{name}_{key}']
        parts[key].data_root = str(tmp_path)
    return parts


@pytest.mark.parametrize('name', MAKE)
def test_sizes(name, tmp_path):
    """Training at the published size, evaluation at that of the labels."""
    parts = read(name, tmp_path)
    width, height = SIZES[name] or (31, 17)
    train, unlabelled, val = (DATASETS.build(part)[0] for part in parts.values())
    for sample in (train, unlabelled, val):
        assert sample['inputs'].shape == (3, height, width)
        assert sample['data_samples'].ori_shape == (17, 31)
    assert train['data_samples'].gt_sem_seg.shape == (height, width)
    assert 'gt_sem_seg' not in unlabelled['data_samples']
    assert val['data_samples'].gt_sem_seg.shape == (17, 31)
    assert 'seg_map_path' not in parts['train_unlabelled'].data_prefix


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


def test_demo_shrinks_sizes_with_the_images(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, 'make_stand_in', lambda dataset: tmp_path)
    file = tmp_path / 'toy.py'
    file.write_text(f"""
_base_ = [{str(BASES / 'gta5.py')!r}, {str(BASES / 'cityscapes.py')!r}]
model = dict()
train_dataloader = dict(dataset=dict(
    source=_base_.gta5_train, target=_base_.cityscapes_train_unlabelled))
train_dataloader['dataset']['source']['pipeline'].insert(
    2, dict(type='RandomCrop', crop_size=(512, 256)))
train_dataloader['dataset']['source']['pipeline'].insert(
    3, dict(type='Resize', scale_factor=0.5))
val_dataloader = dict(dataset=_base_.cityscapes_val)
test_dataloader = val_dataloader
demo = dict()
""")
    cfg = Config.fromfile(file)
    # What two loaders share is no copy.
    cfg.test_dataloader.dataset.pipeline = cfg.val_dataloader.dataset.pipeline
    demo.apply_demo(cfg)
    pipeline = cfg.train_dataloader.dataset.source.pipeline
    steps = {f'{s.type}{i}': s for i, s in enumerate(pipeline)}
    assert steps['RandomCrop2'].crop_size == (64, 32)
    assert steps['Resize3'] == dict(type='Resize', scale_factor=0.5)
    assert steps['Resize4'].scale == (160, 90)
    for dataset in (
        cfg.train_dataloader.dataset.target,
        cfg.val_dataloader.dataset,
        cfg.test_dataloader.dataset,
    ):
        assert dataset.pipeline[1].scale == (128, 64)
        assert dataset.data_root == str(tmp_path)


def test_demo_images_are_an_eighth_of_the_real_ones():
    from mmuda.demo import STREETS

    for name, real in (
        ('gta5', (1914, 1052)),
        ('synthia', (1280, 760)),
        ('cityscapes', (2048, 1024)),
    ):
        small = STREETS[name].size_px
        assert np.abs(np.array(small) * 8 - real).max() <= 8
