"""The demo streets: the same from the same seed, every class, a gap between them."""

from dataclasses import replace

import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS

from mmuda.datasets import (
    CamVidDataset,
    CityscapesStreetDataset,
    GTA5Dataset,
    StreetDataset,
    SYNTHIADataset,
)
from mmuda.datasets.taxonomy import read_taxonomy
from mmuda.demo import STREETS, render_street, stand_in
from mmuda.demo.stand_in import make_stand_in

init_default_scope('mmseg')

CLASSES = read_taxonomy('cityscapes19').classes
DATASET = dict(
    gta5=GTA5Dataset,
    synthia=SYNTHIADataset,
    cityscapes=CityscapesStreetDataset,
    camvid=CamVidDataset,
)
SCENES = 24


@pytest.fixture(scope='module')
def scenes():
    return {
        name: [render_street(street, index) for index in range(SCENES)]
        for name, street in STREETS.items()
    }


def test_shape(scenes):
    assert set(STREETS) == set(DATASET)
    for name, drawn in scenes.items():
        width, height = STREETS[name].size_px
        for image, labels in drawn:
            assert image.shape == (height, width, 3)
            assert labels.shape == (height, width)
            assert image.dtype == labels.dtype == np.uint8


def test_depends_on_its_arguments_alone():
    street = STREETS['cityscapes']
    image, labels = render_street(street, 1, seed=3)
    np.random.seed(7)
    again, labels_again = render_street(street, 1, seed=3)
    assert np.array_equal(image, again)
    assert np.array_equal(labels, labels_again)
    others = [
        render_street(street, 2, seed=3),
        render_street(street, 1, seed=4),
        render_street(replace(street, name='elsewhere'), 1, seed=3),
    ]
    assert all(not np.array_equal(labels, other) for _, other in others)


@pytest.mark.parametrize('name', STREETS)
def test_every_class_occurs(name, scenes):
    found = set(np.unique(np.stack([labels for _, labels in scenes[name]])))
    classes = DATASET[name].METAINFO['classes']
    absent = {classes.index(c) for c in STREETS[name].absent}
    assert found - {255} == set(range(len(classes))) - absent
    assert len(absent) == (3 if name == 'synthia' else 0)


def test_every_class_is_large_enough_to_be_learned(scenes):
    """In the 24 scenes at least 250 pixels of each."""
    for name in ('gta5', 'cityscapes'):
        labels = np.stack([labels for _, labels in scenes[name]])
        counts = np.bincount(labels.ravel(), minlength=256)[:19]
        assert counts.min() >= 250, dict(zip(CLASSES, counts.tolist(), strict=True))


def test_streets_differ(scenes):
    """The same classes have other colours: there is a domain gap."""
    road = {
        name: np.mean([i[labels == 0].mean(0) for i, labels in drawn], axis=0)
        for name, drawn in scenes.items()
        if name != 'camvid'
    }
    names = sorted(road)
    for one, other in zip(names, names[1:] + names[:1], strict=True):
        assert np.abs(road[one] - road[other]).max() > 15


def test_persons_stand_on_sidewalks(scenes):
    """Below the feet is mostly sidewalk, grass or road, never sky."""
    below = []
    for _, labels in scenes['synthia']:
        feet = (labels[:-2] == 11) & (labels[2:] != 11)
        below += labels[2:][feet].tolist()
    counts = np.bincount(below, minlength=256)
    assert counts[CLASSES.index('sidewalk')] > 0.3 * counts.sum()
    assert counts[CLASSES.index('sky')] == 0


@pytest.mark.parametrize('name', DATASET)
def test_stand_in(name, tmp_path, monkeypatch):
    """In the layout and with the classes of the real data; made once."""
    monkeypatch.setattr(stand_in, 'STREET_SCENES', {'train': 3, 'val': 2})
    root = make_stand_in(DATASET[name], tmp_path)
    assert (root, DATASET[name].demo_street) == (tmp_path / name, name)
    for split, number in (('train', 3), ('val', 2)):
        dataset = DATASETS.build(
            dict(
                type=DATASET[name].__name__,
                data_root=str(root),
                data_prefix=dict(
                    img_path=f'img_dir/{split}', seg_map_path=f'ann_dir/{split}'
                ),
                pipeline=[dict(type='LoadRaster'), dict(type='LoadLabels')],
            )
        )
        assert len(dataset) == number
    image, labels = render_street(STREETS[name], 3)  # the first that validates
    np.testing.assert_array_equal(dataset[0]['img'], image)
    np.testing.assert_array_equal(dataset[0]['gt_seg_map'], labels)
    file = root / 'img_dir/train/00000.png'
    content, made = file.read_bytes(), file.stat().st_mtime_ns
    make_stand_in(DATASET[name], tmp_path)
    assert file.stat().st_mtime_ns == made
    (root / 'manifest.json').unlink()
    (root / 'ann_dir/train/00000.png').unlink()
    file.unlink()
    make_stand_in(DATASET[name], tmp_path)
    assert file.read_bytes() == content


def test_rejects_what_has_no_stand_in():
    with pytest.raises(
        ValueError, match='has no stand-in among the demo cities and str'
    ):
        make_stand_in(StreetDataset)


@pytest.mark.parametrize('said', ['index', 'seed'])
def test_rejects_arguments_out_of_range(said):
    with pytest.raises(ValueError, match=f'{said} is -1, expected an integer from 0'):
        render_street(STREETS['gta5'], **{'index': 0, said: -1})
