"""A source that is the target by another name, link or copy."""

import copy
import os
import shutil

import numpy as np
import pytest
from toy_run import make_data, write_config

from mmuda.datasets.rasters import encode_geotiff
from mmuda.jobs.config import load_config
from mmuda.jobs.shared_images import refuse_shared_images


@pytest.fixture
def data(tmp_path):
    return make_data(tmp_path / 'data')


def by_path(data):
    shutil.rmtree(data / 'source/images')
    os.symlink(data / 'target/images', data / 'source/images')


def by_links(data):
    """One file is enough: its label is of the target."""
    (data / 'source/images/3.tif').unlink()
    os.link(data / 'target/images/5.tif', data / 'source/images/3.tif')


def by_copies(data):
    """Again one is enough, by whatever name."""
    shutil.copy(data / 'target/images/1.tif', data / 'source/images/4.tif')


@pytest.mark.parametrize('share', [by_path, by_links, by_copies])
def test_refuses_the_target_as_source(data, share):
    cfg = load_config(write_config(data.parent))
    refuse_shared_images(cfg)
    share(data)
    with pytest.raises(ValueError, match=r'source and target must differ: .* is among'):
        refuse_shared_images(cfg)


def test_copies_that_show_nothing_are_chance(data):
    """Such as patches that hold no image."""
    empty = encode_geotiff(np.zeros((16, 16, 3), np.uint8), ('red', 'green', 'blue'))
    for n in range(3):
        for domain in ('source', 'target'):
            (data / domain / f'images/{n}.tif').write_bytes(empty)
    cfg = load_config(write_config(data.parent))
    assert refuse_shared_images(cfg) is None
    shutil.copy(data / 'target/images/5.tif', data / 'source/images/0.tif')
    with pytest.raises(ValueError, match=r'0\.tif of source is among the training'):
        refuse_shared_images(cfg)


def test_refuses_the_target_among_several_sources(data):
    """Under another name, with other names of its files."""
    shutil.copytree(data / 'source', data / 'other')
    for file in (data / 'other/images').iterdir():
        image = np.random.default_rng().integers(256, size=(16, 16, 3), dtype=np.uint8)
        file.write_bytes(encode_geotiff(image, ('red', 'green', 'blue')))
    cfg = load_config(write_config(data.parent))
    dataset = cfg.train_dataloader.dataset
    other = copy.deepcopy(dataset.source)
    other.data_prefix.img_path = 'other/images'
    dataset.source = [dataset.source, other]
    assert refuse_shared_images(cfg) is None
    shutil.copy(data / 'target/images/1.tif', data / 'other/images/4.tif')
    with pytest.raises(ValueError, match=r'source_1 and target must differ: .*4\.tif'):
        refuse_shared_images(cfg)


DOMAIN = """
train = dict(
    type='FolderDataset', data_root={root!r},
    img_suffix='.tif', seg_map_suffix='.png',
    data_prefix=dict(img_path='images', seg_map_path='labels'),
    metainfo=dict(classes=('a', 'b', 'c'), palette=[[0, 0, 0]] * 3),
    pipeline=[
        dict(type='LoadRaster'), dict(type='LoadLabels', num_classes=3),
        dict(type='PackSegInputs')])
"""


def test_refuses_it_where_the_target_is_only_named(data):
    """A model of the source alone is the first that others are compared with."""
    for name in ('source', 'target'):
        text = DOMAIN.format(root=str(data / name))
        (data / f'{name}.py').write_text(text)
    named = {name: str(data / f'{name}.py') for name in ('source', 'target')}
    leaf = 'mmuda::source_only/source-only_scratch_hannover_vaihingen.py'
    cfg = load_config(leaf, **named, options={'val_on': 'target'})
    refuse_shared_images(cfg)
    by_copies(data)
    with pytest.raises(ValueError, match=r'4\.tif of source is among the training'):
        refuse_shared_images(cfg)


def test_what_learns_from_the_source_alone_is_kept_from_the_test(data):
    """No target is in training; the images that are tested on are still compared."""
    cfg = load_config(write_config(data.parent))
    cfg.train_dataloader.dataset.target = None
    refuse_shared_images(cfg)
    by_path(data)
    with pytest.raises(ValueError, match='among the images that are tested on'):
        refuse_shared_images(cfg)
