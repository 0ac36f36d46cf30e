"""Street scenes as handed out, through the converters, into the datasets."""

import csv
import json
import runpy
import shutil
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from scipy.io import savemat
from street_trees import (
    IN_TRAINING,
    MAKE,
    SIZE,
    SYNTHIA_IDS,
    columns,
    make_camvid,
    make_cityscapes,
    make_gta5,
    make_synthia,
    write_grey,
    write_image,
    write_palette,
    write_wide,
)

from mmuda.preparation.stored_files import StoredFile, StoredFiles
from mmuda.preparation.street import (
    cityscapes_pairs,
    gta5_pairs,
    prepare_street,
    synthia_pairs,
)
from mmuda.preparation.street.gta5 import GTA5_LABELS
from mmuda.preparation.street.synthia import SYNTHIA_LABELS

init_default_scope('mmseg')

TOOLS = Path(__file__).parents[2] / 'tools' / 'dataset_converters'
CLASSES = dict(
    gta5='GTA5Dataset',
    synthia='SYNTHIADataset',
    cityscapes='CityscapesStreetDataset',
    camvid='CamVidDataset',
)
HELD = dict(
    gta5=dict(train=4, val=4),
    synthia=dict(train=4, val=4),
    cityscapes=dict(train=4, val=2),
    camvid=dict(train=3, val=2, test=2),
)


def convert(monkeypatch, name, *words):
    monkeypatch.setattr(sys, 'argv', [f'{name}.py', *map(str, words)])
    runpy.run_path(str(TOOLS / f'{name}.py'), run_name='__main__')
    out = Path(words[words.index('--out') + 1])
    return out, json.loads((out / 'manifest.json').read_text())


def build(name, root, split='train', **options):
    return DATASETS.build(
        {
            'type': CLASSES[name],
            'data_root': str(root),
            'data_prefix': {
                'img_path': f'img_dir/{split}',
                'seg_map_path': f'ann_dir/{split}',
            },
            'pipeline': [dict(type='LoadRaster'), dict(type='LoadLabels')],
            **options,
        }
    )


def skipped(root):
    return list(csv.DictReader((root / 'skipped.csv').open()))


@pytest.mark.parametrize('name', MAKE)
def test_values_ids_and_classes(name, tmp_path, monkeypatch):
    """Id as handed out -> id in training -> class name, on known pixels."""
    out, manifest = convert(
        monkeypatch, name, MAKE[name](tmp_path / 'raw'), '--out', tmp_path / 'out'
    )
    assert {s: manifest[s]['images'] for s in HELD[name]} == HELD[name]
    assert manifest['skipped'] == len(skipped(out)) == 0
    for split in HELD[name]:
        dataset = build(name, out, split)
        assert len(dataset) == HELD[name][split]
        sample = dataset[0]
        assert sample['gt_seg_map'][0, ::2].tolist() == IN_TRAINING[name]
        assert sample['img'].shape == (*SIZE, 3)
    named = dataset.metainfo['classes']
    if name != 'camvid':
        assert [named[i] for i in (0, 1, 2, 3, 4, 5, 18)] == [
            'road', 'sidewalk', 'building', 'wall', 'fence', 'pole', 'bicycle',
        ]  # fmt: skip
    else:
        assert [named[i] for i in (0, 3, 4, 10)] == [
            'sky', 'road', 'pavement', 'bicyclist',
        ]  # fmt: skip
    pixels = manifest['train']['class_pixels']
    assert tuple(pixels) == (*named, 'ignored')
    per_column = 2 * SIZE[0] * HELD[name]['train']
    first = named[IN_TRAINING[name][0]]
    assert pixels[first] == per_column
    assert sum(pixels.values()) == 10 * per_column


@pytest.mark.parametrize('name', MAKE)
def test_images_are_links(name, tmp_path, monkeypatch):
    raw = MAKE[name](tmp_path / 'raw')
    out, _ = convert(monkeypatch, name, raw, '--out', tmp_path / 'out')
    images = sorted((out / 'img_dir/train').iterdir())
    assert all(i.is_symlink() and raw in i.resolve().parents for i in images)
    out, _ = convert(monkeypatch, name, raw, '--copy', '--out', tmp_path / 'copy')
    for image in images:
        copy = out / 'img_dir/train' / image.name
        assert not copy.is_symlink()
        assert copy.read_bytes() == image.read_bytes()


@pytest.mark.parametrize('name', MAKE)
def test_zips_give_the_same(name, tmp_path, monkeypatch):
    raw = MAKE[name](tmp_path / 'raw')
    shutil.make_archive(str(tmp_path / 'zips/all'), 'zip', raw)
    out, manifest = convert(monkeypatch, name, raw, '--out', tmp_path / 'out')
    zipped, again = convert(
        monkeypatch, name, tmp_path / 'zips', '--out', tmp_path / 'zipped'
    )
    assert again == manifest
    for file in (f for f in out.rglob('*.png')):
        twin = zipped / file.relative_to(out)
        assert not twin.is_symlink()
        assert twin.read_bytes() == file.read_bytes()


def test_pairs_that_do_not_fit_are_left_out_and_listed(tmp_path, monkeypatch, capsys):
    raw = make_gta5(tmp_path / 'raw', 6)
    write_image(raw / 'images/00002.png', size=(10, 16))
    write_image(raw / 'images/00005.png', size=(10, 16))
    (raw / 'labels/00003.png').unlink()
    (raw / 'images/00004.png').unlink()
    out, manifest = convert(
        monkeypatch, 'gta5', raw, '--split', 'all', '--out', tmp_path / 'out'
    )
    assert [(s['split'], s['name'], s['why']) for s in skipped(out)] == [
        ('train', '00002', 'label of 20 x 12 pixels, image of 16 x 10'),
        ('train', '00003', 'no label image'),
        ('train', '00004', 'no image'),
        ('train', '00005', 'label of 20 x 12 pixels, image of 16 x 10'),
    ]
    assert skipped(out)[0]['image'] == str(raw / 'images/00002.png')
    assert skipped(out)[0]['label'] == str(raw / 'labels/00002.png')
    assert (manifest['skipped'], manifest['train']['images']) == (4, 2)
    assert sorted(p.name for p in (out / 'img_dir/train').iterdir()) == [
        '00001.png',
        '00006.png',
    ]
    said = capsys.readouterr().out
    assert 'train: 2 images' in said
    assert 'train: skipped 2, label of 20 x 12 pixels, image of 16 x 10' in said
    assert f'the 4 skipped pairs are listed in {out}/skipped.csv' in said
    assert len(build('gta5', out)) == 2


def test_synthia_has_classes_in_16_bits(tmp_path, monkeypatch):
    """The first of three channels; readers of 8 bits and of BGR miss it."""
    raw = make_synthia(tmp_path / 'raw', 1)
    file = raw / 'GT/LABELS/0000000.png'
    assert cv2.imread(str(file)).max() < 30  # 8 bits: 11 >> 8 is 0
    by_opencv = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)[:, :, -1]
    ids = SYNTHIA_LABELS.read(StoredFile(file))
    assert ids.dtype == np.uint16
    np.testing.assert_array_equal(ids, by_opencv)
    np.testing.assert_array_equal(ids, columns(SYNTHIA_IDS))
    write_grey(file, columns(SYNTHIA_IDS))
    with pytest.raises(
        ValueError, match=r'0000000\.png: 1 bands of uint8, expected 3 of'
    ):
        SYNTHIA_LABELS.read(StoredFile(file))


def test_gta5_labels_are_palette_indices(tmp_path):
    ids = np.arange(20).reshape(4, 5)
    write_palette(tmp_path / 'a.png', ids)
    assert cv2.imread(str(tmp_path / 'a.png'), cv2.IMREAD_UNCHANGED).ndim == 3
    read = GTA5_LABELS.read(StoredFile(tmp_path / 'a.png'))
    np.testing.assert_array_equal(read, ids)
    write_image(tmp_path / 'b.png')
    with pytest.raises(
        ValueError, match=r'b\.png: 3 bands of uint8, expected 1 of uint8'
    ):
        GTA5_LABELS.read(StoredFile(tmp_path / 'b.png'))


def test_unknown_ids_are_refused(tmp_path, capsys, monkeypatch):
    raw = make_gta5(tmp_path / 'raw')
    write_palette(raw / 'labels/00003.png', columns((7, 99) * 5))
    with pytest.raises(SystemExit, match='2'):
        convert(monkeypatch, 'gta5', raw, '--out', tmp_path / 'out')
    said = capsys.readouterr().err
    assert said.startswith(f'error: {raw}/labels/00003.png: class ids 99 (')
    assert not (tmp_path / 'out/manifest.json').exists()


def test_goes_on_where_it_stopped(tmp_path, monkeypatch):
    raw = make_gta5(tmp_path / 'raw')
    bad = raw / 'labels/00004.png'
    good = bad.read_bytes()
    write_palette(bad, columns((99,) * 10))
    with pytest.raises(SystemExit, match='2'):
        convert(monkeypatch, 'gta5', raw, '--out', tmp_path / 'out')
    first = tmp_path / 'out/ann_dir/train/00001.png'
    made = first.stat().st_mtime_ns
    bad.write_bytes(good)
    out, manifest = convert(monkeypatch, 'gta5', raw, '--out', tmp_path / 'out')
    assert first.stat().st_mtime_ns == made
    whole, expected = convert(monkeypatch, 'gta5', raw, '--out', tmp_path / 'whole')
    assert manifest == expected
    for file in whole.rglob('*.png'):
        assert (out / file.relative_to(whole)).read_bytes() == file.read_bytes()
    assert not list(out.rglob('.*'))
    assert not (out / 'unfinished.json').exists()


def test_another_data_set_is_not_mixed_in(tmp_path, monkeypatch, capsys):
    raw = make_gta5(tmp_path / 'raw')
    convert(monkeypatch, 'gta5', raw, '--out', tmp_path / 'out')
    convert(monkeypatch, 'gta5', raw, '--out', tmp_path / 'out')
    assert 'is complete, nothing to do' in capsys.readouterr().out
    with pytest.raises(SystemExit, match='2'):
        convert(monkeypatch, 'gta5', raw, '--split', 'all', '--out', tmp_path / 'out')
    assert 'choose another folder' in capsys.readouterr().err


def test_splits(tmp_path):
    raw = make_gta5(tmp_path / 'raw', 3)
    for number in (23999, 24000, 24966):
        shutil.copy(raw / 'images/00001.png', raw / f'images/{number}.png')
        shutil.copy(raw / 'labels/00001.png', raw / f'labels/{number}.png')

    def names(splits):
        return {s: [int(p.name) for p in pairs] for s, pairs in splits.items()}

    every = [1, 2, 3, 23999, 24000, 24966]
    assert names(gta5_pairs([raw], 'all')) == {'train': every}
    assert names(gta5_pairs([raw])) == {'train': every, 'val': every[:500]}
    expected = {'train': every[:4], 'val': every[4:]}
    assert names(gta5_pairs([raw], 'lsd')) == expected
    mat = str(tmp_path / 'split.mat')
    ids = dict(trainIds=[[1], [3]], valIds=[[2], [7]], testIds=[[24966]])
    savemat(mat, {key: np.array(value) for key, value in ids.items()})
    splits = gta5_pairs([raw], mat)
    assert names(splits) == {'train': [1, 3], 'val': [2, 7], 'test': [24966]}
    assert splits['val'][1].image is None  # will be listed
    savemat(mat, {'trainIds': np.array([1])})
    with pytest.raises(ValueError, match=r'split\.mat: not the split\.mat of GTA5'):
        gta5_pairs([raw], mat)
    with pytest.raises(FileNotFoundError, match=r'no\.mat: no such file'):
        gta5_pairs([raw], 'no.mat')
    with pytest.raises(ValueError, match=r"split must be one of .* got 'best'"):
        gta5_pairs([raw], 'best')


def test_numbers_are_needed_to_split(tmp_path):
    raw = make_gta5(tmp_path / 'raw')
    write_image(raw / 'images/extra.png')
    with pytest.raises(ValueError, match=r'image extra\.png: expected a number'):
        gta5_pairs([raw], 'lsd')


def test_synthia_splits(tmp_path):
    raw = make_synthia(tmp_path / 'raw', 1)
    for number in (9299, 9300):
        for folder in ('RGB', 'GT/LABELS'):
            shutil.copy(
                raw / folder / '0000000.png', raw / folder / f'{number:07d}.png'
            )
    pairs = [p.name for p in synthia_pairs([raw], 'all')['train']]
    assert pairs == ['0000000', '0009299', '0009300']
    assert list(synthia_pairs([raw], 'lsd')) == ['train', 'val']


def test_target_needs_images_alone(tmp_path, monkeypatch):
    raw = make_cityscapes(tmp_path / 'raw', labels=('val',))
    with pytest.raises(FileNotFoundError, match=r'gtFine/train/\*/\*_gtFine_labelIds'):
        cityscapes_pairs([raw])
    out, manifest = convert(
        monkeypatch, 'cityscapes', '--unlabelled', 'train', raw, '--out', tmp_path / 'o'
    )
    assert not (out / 'ann_dir/train').exists()
    assert manifest['train'] == {'images': 4, 'class_pixels': None}
    dataset = build(
        'cityscapes', out, data_prefix={'img_path': 'img_dir/train'}, pipeline=[]
    )
    assert len(dataset) == 4
    assert len(build('cityscapes', out, 'val')) == 2


@pytest.mark.parametrize(
    ('name', 'missing'),
    [
        (
            'gta5',
            r'no file labels/\*\.png \(part of 01_labels\.zip to 10_labels\.zip\)',
        ),
        ('synthia', r'no file GT/LABELS/\*\.png \(part of SYNTHIA_RAND_CITYSCAPES\)'),
        ('cityscapes', r'no file gtFine/train/\*/\*_gtFine_labelIds\.png'),
        ('camvid', r'no file trainannot/\*\.png \(part of the folder CamVid of SegNet'),
    ],
)
def test_rejects_missing_labels(name, missing, tmp_path, monkeypatch, capsys):
    raw = MAKE[name](tmp_path / 'raw')
    for folder in ('labels', 'GT', 'gtFine', 'CamVid/trainannot'):
        shutil.rmtree(raw / folder, ignore_errors=True)
    with pytest.raises(SystemExit, match='2'):
        convert(monkeypatch, name, raw, '--out', tmp_path / 'out')
    said = capsys.readouterr().err
    assert said.count('\n') == 1
    import re

    assert re.search(missing, said)


def test_rejects_a_split_without_pairs(tmp_path):
    pairs = gta5_pairs([make_gta5(tmp_path / 'raw', 1)])['train']
    write_image(tmp_path / 'raw/images/00001.png', size=(4, 4))
    with pytest.raises(
        ValueError, match=r'train: none of 1 pairs can be used.*label of'
    ):
        prepare_street(tmp_path / 'out', 'gta5', {'train': pairs}, GTA5_LABELS)


def test_files_are_found_by_their_folder(tmp_path):
    raw = make_synthia(tmp_path / 'images' / 'raw', 1)
    files = StoredFiles([raw])
    assert not files.within('images', '.png')  # the folder above is not looked at
    assert list(files.within('LABELS', '.png')) == ['0000000']
    assert list(StoredFiles([raw / 'RGB']).within('RGB', '.png')) == ['0000000']
    with zipfile.ZipFile(tmp_path / 'x.zip', 'w') as archive:
        archive.writestr('RGB/0000000.png', 'x')
        archive.writestr('__MACOSX/RGB/0000001.png', 'x')
    found = StoredFiles([tmp_path / 'x.zip', raw]).within('RGB', '.png')
    assert [f.member for f in found.values()] == [None]
    with pytest.raises(FileNotFoundError, match='nowhere: no such folder or zip'):
        StoredFiles(['nowhere'])
    (tmp_path / 'y.zip').write_text('y')
    with pytest.raises(
        ValueError, match=r'y\.zip: neither a folder nor a readable zip'
    ):
        StoredFiles([tmp_path / 'y.zip'])


def test_wide_labels_in_a_zip(tmp_path):
    write_wide(tmp_path / 'a.png', columns(SYNTHIA_IDS))
    with zipfile.ZipFile(tmp_path / 'x.zip', 'w') as archive:
        archive.write(tmp_path / 'a.png', 'GT/LABELS/a.png')
    (label,) = StoredFiles([tmp_path]).within('GT/LABELS', '.png').values()
    np.testing.assert_array_equal(SYNTHIA_LABELS.read(label), columns(SYNTHIA_IDS))


def test_camvid_has_a_test_split(tmp_path, monkeypatch):
    out, _ = convert(
        monkeypatch, 'camvid', make_camvid(tmp_path / 'raw'), '--out', tmp_path / 'out'
    )
    assert len(list((out / 'ann_dir/test').iterdir())) == 2
