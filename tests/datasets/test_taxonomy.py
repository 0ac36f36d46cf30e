"""Taxonomies and mappings: those that are shipped, and what is refused."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmseg.datasets import CityscapesDataset, ISPRSDataset
from mmseg.datasets.transforms import LoadAnnotations
from mmseg.registry import DATASETS

from mmuda.datasets import CamVidDataset, CityDataset, SYNTHIADataset
from mmuda.datasets.taxonomy import (
    SHIPPED,
    read_mapping,
    read_taxonomy,
    to_train_ids,
)

init_default_scope('mmseg')

ALL = sorted(file.stem for file in SHIPPED.glob('*.yml'))
MAPPINGS = [name for name in ALL if '_to_' in name]
TAXONOMIES = [name for name in ALL if '_to_' not in name]

FARM = """
name: farm
ignored: [9]
classes:
  - {id: 0, name: field, colour: [255, 255, 0]}
  - {id: 4, name: forest, colour: [0, 128, 0]}
"""
FARM_TO_ISPRS = """
from: farm.yml
to: isprs6
classes:
  field: low_vegetation
  forest: ignore
"""


@pytest.fixture
def farm(tmp_path):
    (tmp_path / 'farm.yml').write_text(FARM)
    (tmp_path / 'farm_to_isprs.yml').write_text(FARM_TO_ISPRS)
    return tmp_path


@pytest.mark.parametrize('name', TAXONOMIES)
def test_shipped_taxonomies(name):
    taxonomy = read_taxonomy(name)
    assert taxonomy.name == name
    assert len(taxonomy.classes) == len(taxonomy.ids) == len(taxonomy.colours)
    if (digits := ''.join(filter(str.isdigit, name))) and name != 'gta5':
        assert len(taxonomy.classes) == int(digits)


@pytest.mark.parametrize('name', MAPPINGS)
def test_shipped_mappings(name):
    mapping = read_mapping(name)
    assert f'{mapping.source.name}_to_{mapping.target.name}' == name
    assert mapping.target.ids == tuple(range(len(mapping.target.ids)))
    found = set(mapping.label_map().values()) - {255}
    absent = {
        'synthia_to_cityscapes19': {9, 14, 16},
        # Wall, traffic light, rider, bus, motorcycle, bicycle.
        'camvid11_to_cityscapes16': {3, 6, 11, 13, 14, 15},
    }
    assert found == set(mapping.target.ids) - absent.get(name, set())


def test_class_counts():
    names = ('cityscapes19', 'cityscapes16', 'cityscapes13', 'camvid11', 'isprs6')
    spaces = {name: read_taxonomy(name).classes for name in names}
    assert [len(space) for space in spaces.values()] == [19, 16, 13, 11, 6]
    nineteen, sixteen, thirteen = (set(spaces[name]) for name in names[:3])
    assert nineteen - sixteen == {'terrain', 'truck', 'train'}
    assert sixteen - thirteen == {'wall', 'fence', 'pole'}


def test_same_classes_as_mmseg():
    ours = read_taxonomy('cityscapes19').metainfo
    assert ours == CityscapesDataset.METAINFO
    theirs = ISPRSDataset.METAINFO
    assert read_taxonomy('isprs6').metainfo['palette'] == theirs['palette']
    assert len(CityDataset.METAINFO['classes']) == len(theirs['classes'])


def test_published_tables():
    """Raw id -> train id, as AdaptSegNet, BDL and DAFormer have it."""
    gta5 = {
        7: 0, 8: 1, 11: 2, 12: 3, 13: 4, 17: 5, 19: 6, 20: 7, 21: 8, 22: 9, 23: 10,
        24: 11, 25: 12, 26: 13, 27: 14, 28: 15, 31: 16, 32: 17, 33: 18,
    }  # fmt: skip
    synthia = {
        3: 0, 4: 1, 2: 2, 21: 3, 5: 4, 7: 5, 15: 6, 9: 7, 6: 8, 1: 10, 10: 11, 17: 12,
        8: 13, 19: 15, 12: 17, 11: 18,
    }  # fmt: skip
    for name, ids, table in (
        ('gta5', range(35), gta5),
        ('cityscapes34', range(34), gta5),
        ('synthia', range(23), synthia),
    ):
        expected = {i: table.get(i, 255) for i in ids}
        assert read_mapping(f'{name}_to_cityscapes19').label_map() == expected
    lgn = (3, 1, 4, 5, 0, 0, 0, 5, 0, 2, 2, 2, 2, 2, 5)
    expected = dict(enumerate(lgn, start=1))
    assert read_mapping('lgn15_to_isprs6').label_map() == expected


def test_fewer_classes_are_the_same_way_on_both_paths():
    """SYNTHIA to 16 or 13 at once, and by way of the 19."""
    to_19 = read_mapping('synthia_to_cityscapes19').label_map()
    for number in (16, 13):
        direct = read_mapping(f'synthia_to_cityscapes{number}').label_map()
        further = read_mapping(f'cityscapes19_to_cityscapes{number}').label_map()
        assert {i: {**further, 255: 255}[t] for i, t in to_19.items()} == direct


def test_to_train_ids(farm):
    table = read_taxonomy(farm / 'farm.yml').label_map()
    assert table == {9: 255, 0: 0, 4: 1}
    for dtype in (np.uint8, np.uint16, np.int32):
        labels = np.array([[0, 4], [9, 255]], dtype)
        train_ids = to_train_ids(labels, table, 'a.png')
        assert train_ids.dtype == np.uint8
        assert train_ids.tolist() == [[0, 1], [255, 255]]
    for bad in (np.array([[1, 7, 0]], np.uint8), np.array([[1, 7, 4]], np.int64)):
        with pytest.raises(
            ValueError, match=r'a\.png: class ids 1 \(33.3 %\), 7 \(33.3 %\) are'
        ):
            to_train_ids(bad, table, 'a.png')
    with pytest.raises(ValueError, match=r'class ids -1 \(50 %\) are not'):
        to_train_ids(np.array([-1, 0], np.int16), table, 'a.png')


def dataset_of(folder, ids, **options):
    for part in ('images', 'masks'):
        (folder / part).mkdir(exist_ok=True)
    labels = np.array([ids, ids], np.uint8)  # MMSeg squeezes a single row
    cv2.imwrite(str(folder / 'images/a.png'), np.zeros((2, len(ids), 3), np.uint8))
    cv2.imwrite(str(folder / 'masks/a.png'), labels)
    return DATASETS.build(
        dict(
            type='FolderDataset',
            data_root=str(folder),
            data_prefix=dict(img_path='images', seg_map_path='masks'),
            img_suffix='.png',
            pipeline=[dict(type='LoadRaster'), dict(type='LoadLabels')],
            **options,
        )
    )


def test_a_dataset_of_ones_own(farm):
    """Ids with gaps become train ids; classes and colours come from the file."""
    own = dataset_of(farm, [0, 4, 9, 255], taxonomy=str(farm / 'farm.yml'))
    assert own.metainfo['classes'] == ('field', 'forest')
    assert own.metainfo['palette'] == [[255, 255, 0], [0, 128, 0]]
    assert own[0]['gt_seg_map'][0].tolist() == [0, 1, 255, 255]
    mapped = dataset_of(farm, [0, 4, 9, 255], mapping=str(farm / 'farm_to_isprs.yml'))
    assert mapped.metainfo['classes'] == CityDataset.METAINFO['classes']
    assert mapped[0]['gt_seg_map'][0].tolist() == [2, 255, 255, 255]
    by_mmseg = LoadAnnotations()(mapped.get_data_info(0))['gt_seg_map']
    np.testing.assert_array_equal(by_mmseg, mapped[0]['gt_seg_map'])


def test_an_id_that_the_taxonomy_lacks(farm):
    """1 would be a train id; MMSeg's loader ignores it, ours says so."""
    own = dataset_of(farm, [0, 1, 4], taxonomy=str(farm / 'farm.yml'))
    with pytest.raises(
        ValueError, match=r'a\.png: class ids 1 \(33.3 %\) are not in the taxonomy'
    ):
        own[0]
    by_mmseg = LoadAnnotations()(own.get_data_info(0))['gt_seg_map']
    assert by_mmseg[0].tolist() == [0, 255, 1]


def test_fewer_classes_of_a_street_dataset(tmp_path):
    for part in ('images', 'masks'):
        (tmp_path / part).mkdir()
    cv2.imwrite(str(tmp_path / 'images/a.png'), np.zeros((1, 20, 3), np.uint8))
    ids = np.array([[*range(19), 255]], np.uint8)
    cv2.imwrite(str(tmp_path / 'masks/a.png'), ids)
    dataset = SYNTHIADataset(
        data_root=str(tmp_path),
        data_prefix=dict(img_path='images', seg_map_path='masks'),
        mapping='cityscapes19_to_cityscapes16',
        pipeline=[dict(type='LoadRaster'), dict(type='LoadLabels', num_classes=16)],
    )
    assert len(dataset.metainfo['classes']) == len(dataset.metainfo['palette']) == 16
    expected = [
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        255,
        9,
        10,
        11,
        12,
        255,
        13,
        255,
        14,
        15,
        255,
    ]
    assert dataset[0]['gt_seg_map'].tolist() == [expected]


def test_a_mapping_must_start_where_the_masks_are(tmp_path):
    expected = (
        'mapping cityscapes19_to_cityscapes16 is from taxonomy cityscapes19, expected '
        'that of the masks of CamVidDataset, camvid11'
    )
    with pytest.raises(ValueError, match=expected):
        CamVidDataset(data_root='x', mapping='cityscapes19_to_cityscapes16')
    with pytest.raises(ValueError, match='metainfo names classes, as taxonomy or map'):
        dataset_of(tmp_path, [0], taxonomy='isprs6', metainfo=dict(classes=('a',)))


CLASS = '  - {id: 1, name: hedge, colour: [1, 2, 3]}\n'


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        (
            FARM + CLASS.replace('1, name', '4, name'),
            'id 4 belongs to forest and to hed',
        ),
        (
            FARM + CLASS.replace('1, name', '9, name'),
            'id 9 belongs to ignored and to h',
        ),
        (
            FARM + CLASS.replace('hedge', 'field'),
            'name field belongs to id 0 and to id',
        ),
        (
            FARM + CLASS.replace('1, 2, 3', '0, 128, 0'),
            r'colour \(0, 128, 0\) belongs to forest and to hedge',
        ),
        (
            FARM + CLASS.replace('1, 2, 3', '1, 2'),
            'colour of hedge must be three integ',
        ),
        (FARM + CLASS.replace('1, 2, 3', '1, 2, 256'), 'colour of hedge must be three'),
        (
            FARM + CLASS.replace('1, name', '255, name'),
            'id of hedge must be an integer',
        ),
        (FARM + CLASS.replace('1, name', '-1, name'), 'id of hedge must be an integer'),
        (FARM + CLASS.replace('1, name', 'one, name'), "from 0 to 65535 .* got 'one'"),
        (FARM + CLASS.replace('hedge', 'ignore'), 'other than `ignore`'),
        (FARM + CLASS.replace('hedge', 'no'), 'must be text .* got False'),
        (FARM + '  - {id: 1}\n', r"class \{'id': 1\} must have id, name"),
        (FARM + '  - hedge\n', "class 'hedge' must have id, name"),
        (FARM.replace('[9]', '9'), 'ignored must be a list of ids'),
        (FARM.replace('[9]', '[255]'), 'id of ignored must be an integer'),
        (
            'name: farm\nclasses: []\n',
            r'classes must be a list of \{id, name, colour\}',
        ),
        ('name: farm\n', r'has name, expected classes, name \(and ignored\)'),
        ('- 1\n', 'has no keys, expected classes, name'),
        (FARM + 'colour: red\n', 'has classes, colour, ignored, name, expected'),
        (FARM + 'name: farm\n', "'name' occurs twice"),
        ('name: [', 'expected (the )?node content'),
    ],
)
def test_rejects_a_bad_taxonomy(text, said, tmp_path):
    file = tmp_path / 'bad.yml'
    file.write_text(text)
    with pytest.raises(ValueError, match=rf'^{file}: .*{said}') as caught:
        read_taxonomy(file)
    assert '\n' not in str(caught.value)


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        (
            FARM_TO_ISPRS + '  hedge: tree\n',
            'no class hedge in taxonomy farm, expected f',
        ),
        (
            FARM_TO_ISPRS.replace(': ignore', ': wood'),
            'no class wood in taxonomy isprs6',
        ),
        (
            FARM_TO_ISPRS.replace('  forest: ignore\n', ''),
            'nothing is said of class fore',
        ),
        (FARM_TO_ISPRS + '  field: tree\n', "'field' occurs twice"),
        (FARM_TO_ISPRS.replace(': ignore', ':'), 'no class None in taxonomy isprs6'),
        ('from: farm.yml\nto: isprs6\nclasses: [field]\n', 'classes must be lines of'),
        ('from: farm.yml\nclasses: {}\n', 'expected classes, from, to'),
    ],
)
def test_rejects_a_bad_mapping(text, said, farm):
    file = farm / 'bad.yml'
    file.write_text(text)
    with pytest.raises(ValueError, match=rf'^{file}: .*{said}') as caught:
        read_mapping(file)
    assert '\n' not in str(caught.value)


def test_rejects_what_is_not_there(farm):
    with pytest.raises(
        FileNotFoundError, match=r'no taxonomy or mapping mars, .* camvid'
    ):
        read_taxonomy('mars')
    with pytest.raises(
        FileNotFoundError, match=r'mars\.yml: no such taxonomy or mapping'
    ):
        read_taxonomy('mars.yml')
    (farm / 'farm.yml').unlink()
    with pytest.raises(
        FileNotFoundError, match=rf'^{farm}/farm\.yml: no such taxonomy'
    ):
        read_mapping(farm / 'farm_to_isprs.yml')
    with pytest.raises(ValueError, match='7 is no name of a taxonomy'):
        read_taxonomy(7)


def test_taxonomies_are_shipped():
    setup = (Path(__file__).parents[2] / 'setup.py').read_text()
    assert "'mmuda.datasets': ['taxonomies/*.yml']" in setup


def test_the_taxonomy_on_the_page_of_own_data(tmp_path):
    text = (Path(__file__).parents[2] / 'docs/own_data.md').read_text()
    for name, block in zip(('farm', 'mapping'), text.split('```yaml')[1:], strict=True):
        (tmp_path / f'{name}.yml').write_text(block.split('```')[0])
    mapping = read_mapping(tmp_path / 'mapping.yml')
    assert mapping.label_map() == {0: 2, 4: 3, 9: 255}
