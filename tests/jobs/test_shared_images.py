"""A source that is the target by another name, link or copy."""

import os
import shutil

import pytest
from toy_run import make_data, write_config

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
    for n in range(4):
        shutil.copy(
            data / f'target/images/{n}.tif', data / f'source/images/{5 - n}.tif'
        )


@pytest.mark.parametrize('share', [by_path, by_links, by_copies])
def test_refuses_the_target_as_source(data, share):
    cfg = load_config(write_config(data.parent))
    refuse_shared_images(cfg)
    share(data)
    with pytest.raises(ValueError, match=r'source and target must differ: .* is among'):
        refuse_shared_images(cfg)


def test_single_copies_are_chance(data):
    """Such as patches that hold no image."""
    shutil.copy(data / 'target/images/0.tif', data / 'source/images/0.tif')
    refuse_shared_images(load_config(write_config(data.parent)))


def test_what_learns_from_the_source_alone_is_kept_from_the_test(data):
    """No target is in training; the images that are tested on are still compared."""
    cfg = load_config(write_config(data.parent))
    cfg.train_dataloader.dataset.target = None
    refuse_shared_images(cfg)
    by_path(data)
    with pytest.raises(ValueError, match='among the images that are tested on'):
        refuse_shared_images(cfg)
