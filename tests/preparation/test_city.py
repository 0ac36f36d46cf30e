import json
from functools import partial

import cv2
import numpy as np
import pytest
import rasterio

from mmuda.preparation import city
from mmuda.preparation.city import PatchPlan, prepare_city, split_images
from mmuda.preparation.scene import Scene

PLAN = PatchPlan(size_px=16, train_images=2, patches_per_image=4, seed=3)
BANDS = ('nir', 'red', 'green')


def make_scene(seed, height=40, width=35, **options):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (height, width, 3), np.uint8)
    labels = rng.choice([0, 1, 2, 3, 4, 5, 255], (height, width)).astype(np.uint8)
    return Scene(image, labels, **{'bands': BANDS, 'gsd_m': 0.2, **options})


def sources(count=4, **options):
    return {f'image{i}': partial(make_scene, i, **options) for i in range(count)}


def content(root):
    files = (file for file in root.rglob('*') if file.is_file())
    return {str(file.relative_to(root)): file.read_bytes() for file in files}


def test_layout(tmp_path):
    prepare_city(tmp_path, 'toy', sources(), PLAN)
    manifest = json.loads((tmp_path / 'manifest.json').read_text())
    train, val = manifest['train']['images'], manifest['val']['images']
    assert len(train) == len(val) == 2
    assert sorted(train + val) == ['image0', 'image1', 'image2', 'image3']
    expected = {'manifest.json'}
    for image in train + val:
        expected |= {f'scenes/{image}.tif', f'scenes/{image}_label.tif'}
    for split, images, patches in (('train', train, 4), ('val', val, 9)):
        stems = [f'{split}/{image}_{i:04d}' for image in images for i in range(patches)]
        expected |= {f'img_dir/{stem}.tif' for stem in stems}
        expected |= {f'ann_dir/{stem}.png' for stem in stems}
        assert manifest[split]['patches'] == len(stems)
    assert set(content(tmp_path)) == expected


def test_manifest(tmp_path):
    prepare_city(tmp_path, 'toy', sources(), PLAN)
    manifest = json.loads((tmp_path / 'manifest.json').read_text())
    assert manifest['identity'] == {
        'manifest_version': 1,
        'name': 'toy',
        'size_px': 16,
        'train_images': 2,
        'patches_per_image': 4,
        'seed': 3,
        'images': ['image0', 'image1', 'image2', 'image3'],
    }
    assert manifest['bands'] == list(BANDS)
    assert manifest['gsd_m'] == 0.2
    for split in ('train', 'val'):
        files = (tmp_path / 'ann_dir' / split).iterdir()
        labels = np.stack([cv2.imread(str(f), cv2.IMREAD_UNCHANGED) for f in files])
        pixels = manifest[split]['class_pixels']
        for class_id, name in enumerate(manifest['classes']):
            assert pixels.pop(name) == (labels == class_id).sum()
        assert pixels == {'ignored': (labels == 255).sum()}


def test_validation_windows_are_cut_out(tmp_path):
    prepare_city(tmp_path, 'toy', sources(), PLAN)
    manifest = json.loads((tmp_path / 'manifest.json').read_text())
    image = manifest['val']['images'][0]
    scene = make_scene(int(image[-1]))
    file = (
        tmp_path / 'img_dir' / 'val' / f'{image}_0005.tif'
    )  # second row, at the right
    with rasterio.open(file) as raster:
        np.testing.assert_array_equal(
            raster.read(), scene.image[16:32, 19:35].transpose(2, 0, 1)
        )
        assert raster.descriptions == BANDS
        assert raster.compression.name == 'deflate'
        assert raster.tags(ns='IMAGE_STRUCTURE')['PREDICTOR'] == '2'
    labels = cv2.imread(
        str(tmp_path / 'ann_dir' / 'val' / f'{image}_0005.png'), cv2.IMREAD_UNCHANGED
    )
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, scene.labels[16:32, 19:35])


@pytest.mark.parametrize('calls', [0, 3, 7])
def test_interrupted_and_resumed_equals_uninterrupted(tmp_path, monkeypatch, calls):
    prepare_city(tmp_path / 'whole', 'toy', sources(), PLAN)
    left = iter(range(calls))
    draw = city.draw_patch

    def draw_until_interrupted(*arguments):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return draw(*arguments)

    monkeypatch.setattr(city, 'draw_patch', draw_until_interrupted)
    with pytest.raises(KeyboardInterrupt, match=r'^$'):
        prepare_city(tmp_path / 'parts', 'toy', sources(), PLAN)
    assert not (tmp_path / 'parts' / 'manifest.json').exists()
    monkeypatch.setattr(city, 'draw_patch', draw)
    kept = {
        file: file.stat().st_mtime_ns
        for file in (tmp_path / 'parts').rglob('*.*')
        if file.suffix != '.json'
    }
    prepare_city(tmp_path / 'parts', 'toy', sources(), PLAN)
    assert content(tmp_path / 'parts') == content(tmp_path / 'whole')
    assert {file: file.stat().st_mtime_ns for file in kept} == kept


def test_interrupted_while_reading_scenes(tmp_path):
    def fail():
        raise OSError('disk gone')

    broken = {**sources(), 'image3': fail}
    with pytest.raises(OSError, match='disk gone'):
        prepare_city(tmp_path / 'parts', 'toy', broken, PLAN)
    prepare_city(tmp_path / 'parts', 'toy', sources(), PLAN)
    prepare_city(tmp_path / 'whole', 'toy', sources(), PLAN)
    assert content(tmp_path / 'parts') == content(tmp_path / 'whole')


def test_second_run_does_nothing_and_says_so(tmp_path, capsys):
    prepare_city(tmp_path, 'toy', sources(), PLAN)
    before = {f: f.stat().st_mtime_ns for f in tmp_path.rglob('*')}
    capsys.readouterr()

    def never():
        raise AssertionError('a scene was read')

    prepare_city(tmp_path, 'toy', dict.fromkeys(sources(), never), PLAN)
    assert {f: f.stat().st_mtime_ns for f in tmp_path.rglob('*')} == before
    assert 'complete, nothing to do' in capsys.readouterr().out


def test_patches_depend_on_seed_image_and_index_alone(tmp_path):
    fewer = PatchPlan(size_px=16, train_images=2, patches_per_image=2, seed=3)
    prepare_city(tmp_path / 'many', 'toy', sources(), PLAN)
    prepare_city(tmp_path / 'few', 'other', sources(), fewer)
    many, few = content(tmp_path / 'many'), content(tmp_path / 'few')
    same = [name for name in few if name != 'manifest.json']
    assert all(few[name] == many[name] for name in same)
    other = PatchPlan(size_px=16, train_images=2, patches_per_image=4, seed=4)
    prepare_city(tmp_path / 'seed', 'toy', sources(), other)
    seed = content(tmp_path / 'seed')
    shared = [name for name in seed if name in many and '_dir/train' in name]
    assert all(seed[name] != many[name] for name in shared)


def test_every_patch_of_an_image_differs(tmp_path):
    prepare_city(tmp_path, 'toy', sources(), PLAN)
    patches = [file.read_bytes() for file in (tmp_path / 'img_dir/train').iterdir()]
    assert len(set(patches)) == len(patches) == 8


def test_rejects_another_plan(tmp_path):
    prepare_city(tmp_path, 'toy', sources(), PLAN)
    other = PatchPlan(size_px=16, train_images=2, patches_per_image=5, seed=4)
    expected = (
        'holds a data set with patches_per_image 4, seed 3; '
        'asked for patches_per_image 5, seed 4: choose another folder'
    )
    with pytest.raises(ValueError, match=expected):
        prepare_city(tmp_path, 'toy', sources(), other)
    with pytest.raises(ValueError, match="name 'toy'; asked for name 'toy-eroded'"):
        prepare_city(tmp_path, 'toy-eroded', sources(), PLAN)


def test_rejects_another_plan_of_an_unfinished_run(tmp_path, monkeypatch):
    monkeypatch.setattr(city, 'draw_patch', None)
    with pytest.raises(TypeError, match='not callable'):
        prepare_city(tmp_path, 'toy', sources(), PLAN)
    other = PatchPlan(size_px=16, train_images=2, patches_per_image=4, seed=9)
    with pytest.raises(ValueError, match='seed 3; asked for seed 9'):
        prepare_city(tmp_path, 'toy', sources(), other)


def test_rejects_too_few_images(tmp_path):
    with pytest.raises(ValueError, match=r'2 training images were asked .* got 2'):
        prepare_city(tmp_path, 'toy', sources(2), PLAN)
    assert not list(tmp_path.iterdir())


def test_rejects_a_small_scene(tmp_path):
    with pytest.raises(ValueError, match=r'image.: scene of 10 x 35 pixels'):
        prepare_city(tmp_path, 'toy', sources(height=10), PLAN)


def test_rejects_scenes_that_differ(tmp_path):
    mixed = {**sources(), 'image3': partial(make_scene, 3, gsd_m=0.1)}
    with pytest.raises(ValueError, match=r"image3 has .*'gsd_m': 0\.1.* of image0"):
        prepare_city(tmp_path, 'toy', mixed, PLAN)


@pytest.mark.parametrize('name', ['size_px', 'train_images', 'patches_per_image'])
def test_rejects_a_plan_of_nothing(name):
    with pytest.raises(ValueError, match=f'{name} must be at least 1, got 0'):
        PatchPlan(**{name: 0})


def test_rejects_a_negative_seed():
    with pytest.raises(ValueError, match='seed must be at least 0, got -1'):
        PatchPlan(seed=-1)


def test_default_plan_is_that_of_the_paper():
    assert PatchPlan() == PatchPlan(224, 10, 800, 0)
    images = [f'hannover_{i}' for i in range(15)]
    drawn = {tuple(split_images(images, PatchPlan(seed=s))['train']) for s in range(9)}
    assert {len(train) for train in drawn} == {10}
    assert len(drawn) == 9
