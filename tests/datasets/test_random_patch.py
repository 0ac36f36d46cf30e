"""Patches that are drawn when they are loaded."""

from functools import partial

import numpy as np
import pytest
from mmengine.registry import init_default_scope

from mmuda.datasets.domain import DomainConcatDataset
from mmuda.datasets.vaihingen import VaihingenCityDataset
from mmuda.pairing import ImageSet
from mmuda.preparation import PatchPlan, Scene, prepare_city

init_default_scope('mmseg')
STORED = 3


def make_scene(number):
    rng = np.random.default_rng(number)
    labels = rng.integers(6, size=(40, 50), dtype=np.uint8)
    image = rng.integers(256, size=(40, 50, 3), dtype=np.uint8)
    return Scene(image, labels, ('nir', 'red', 'green'), 0.2)


@pytest.fixture
def root(tmp_path):
    plan = PatchPlan(size_px=14, train_images=2, patches_per_image=STORED, seed=5)
    scenes = {f'image{i}': partial(make_scene, i) for i in range(3)}
    prepare_city(tmp_path / 'city', 'toy', scenes, plan)
    return str(tmp_path / 'city')


def dataset(root, labels=True, bands=None, number=STORED + 4):
    steps = [dict(type='LoadRandomPatch', bands=bands)]
    steps += [dict(type='LoadRandomPatchLabels')] if labels else []
    return VaihingenCityDataset(
        data_root=root,
        data_prefix=dict(img_path='scenes'),
        random_patches=number,
        pipeline=[*steps, dict(type='PackSegInputs')],
    )


def test_the_first_are_the_stored_ones(root):
    stored = VaihingenCityDataset(
        data_root=root,
        data_prefix=dict(img_path='img_dir/train', seg_map_path='ann_dir/train'),
        pipeline=[dict(type=t) for t in ('LoadRaster', 'LoadLabels', 'PackSegInputs')],
    )
    drawn = dataset(root)
    assert (len(stored), len(drawn)) == (2 * STORED, 2 * (STORED + 4))
    for place in range(len(stored)):
        image, index = divmod(place, STORED)
        same = drawn[image * (STORED + 4) + index]
        assert (same['inputs'] == stored[place]['inputs']).all()
        labels = [s['data_samples'].gt_sem_seg.data for s in (same, stored[place])]
        assert (labels[0] == labels[1]).all()
    assert not (drawn[STORED]['inputs'] == drawn[STORED + 1]['inputs']).all()


def test_names_tell_them_apart(root):
    images = ImageSet.of(dataset(root))
    assert len(set(images.names)) == len(images.names) == 2 * (STORED + 4)
    assert images.names[1].endswith('.tif#1')
    assert ImageSet.of(dataset(root, number=9)).fingerprint != images.fingerprint


def test_bands_by_name(root):
    everything = dataset(root)[4]['inputs']
    some = dataset(root, bands=['green', 'nir'])[4]['inputs']
    assert (some == everything[[2, 0]]).all()
    with pytest.raises(ValueError, match=r"no band 'blue', expected one of nir, red"):
        dataset(root, bands=['blue'])[0]


def test_labels_of_the_target_are_refused(root):
    with pytest.raises(ValueError, match='loads labels'):
        DomainConcatDataset(source=dataset(root), target=dataset(root))
    pair = DomainConcatDataset(source=dataset(root), target=dataset(root, labels=False))
    assert 'gt_sem_seg' not in pair[len(pair) - 1]['data_samples']


def test_needs_a_prepared_city(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'no file .*manifest\.json; make it'):
        dataset(str(tmp_path))
