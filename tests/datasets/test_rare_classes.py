"""Rare-class sampling: its probabilities, its counts on the disk, its stream."""

import json
import math
from collections import Counter

import numpy as np
import pytest
from mmseg.registry import DATASETS
from toy_run import make_data, mmuda, write_config

from mmuda.datasets.class_counts import ClassCounts
from mmuda.datasets.rasters import open_raster
from mmuda.datasets.samplers import PairedSampler, SourceSampler
from mmuda.datasets.samplers.rare_classes import class_probabilities
from mmuda.jobs.config import load_config


@pytest.fixture
def dataset(tmp_path):
    """Six images of three classes; the last class is in image 3 alone."""
    import cv2

    make_data(tmp_path / 'data')
    for i in range(6):
        labels = np.zeros((16, 16), np.uint8)
        labels[: 2 * i] = 1
        labels[0, :3] = 255
        if i == 3:
            labels[4:6, 4:8] = 2
        cv2.imwrite(str(tmp_path / f'data/source/labels/{i}.png'), labels)
    cfg = load_config(write_config(tmp_path))
    return DATASETS.build(cfg.train_dataloader.dataset)


@pytest.fixture
def counts(dataset, tmp_path):
    counted = ClassCounts.of(dataset.datasets[0])
    counted.save(tmp_path / 'counts.csv')
    return str(tmp_path / 'counts.csv')


def test_probabilities_are_the_formula():
    pixels = np.array([[50, 0, 10, 0], [20, 5, 15, 0]])
    for temperature in (0.01, 0.1, 1.0):
        shares = [70 / 100, 5 / 100, 25 / 100]
        weights = [math.exp((1 - f) / temperature) for f in shares]
        expected = [w / sum(weights) for w in weights] + [0.0]
        found = class_probabilities(pixels, temperature)
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_counts_are_those_of_the_files(dataset, counts, tmp_path):
    member = dataset.datasets[0]
    loaded = ClassCounts.load(counts, member)
    for name, row in zip(loaded.images.names, loaded.pixels, strict=True):
        file = tmp_path / 'data/source/labels' / name.replace('.tif', '.png')
        with open_raster(file) as raster:
            labels = raster.read(1)
        assert row.tolist() == [(labels == label).sum() for label in range(3)]
    assert json.loads((tmp_path / 'counts.csv.json').read_text())['images'] == 6


def test_draws_a_class_and_then_an_image_that_shows_it(dataset, counts):
    rare = dict(class_counts=[counts], temperature=0.5, min_pixels=8)
    sampler = SourceSampler(dataset, seed=0, rare_classes=rare)
    number = 3000
    drawn = Counter(sampler.pick('source', n) for n in range(number))
    pixels = ClassCounts.load(counts, dataset.datasets[0]).pixels
    expected = np.zeros(6)
    for label, probability in enumerate(class_probabilities(pixels, 0.5)):
        images = [i for i in range(6) if pixels[i, label] >= 8]
        expected[images] += probability / len(images)
    found = np.array([drawn[i] / number for i in range(6)])
    np.testing.assert_allclose(found, expected, atol=0.03)
    assert expected[3] > 2 / 6


def test_target_and_resuming_are_as_without(dataset, counts):
    """Every pick follows from its place alone; the target comes in random order."""
    rare = dict(class_counts=[counts], min_pixels=8)
    sampler, plain = (
        PairedSampler(dataset, seed=0, subset=4, rare_classes=r) for r in (rare, None)
    )
    groups, others = ([s.group(n) for n in range(20)] for s in (sampler, plain))
    assert [g[1] for g in groups] == [g[1] for g in others]
    assert {g[0] for g in groups} <= {g[0] for g in others}
    sampler.begin_at(10)
    stream = iter(sampler)
    assert [int(next(stream)) for _ in range(4)] == [*groups[5], *groups[6]]


def test_training_counts_the_source_once(tmp_path, dataset):
    config = write_config(tmp_path, max_iters=1)
    with open(config, 'a') as text:
        text.write("train_dataloader['sampler']['rare_classes'] = dict(min_pixels=8)\n")
    assert 'counting the classes' in mmuda('train', config).stdout
    assert 'counting the classes' not in mmuda('train', config).stdout
    (file,) = (tmp_path / 'work_dirs/class_counts').glob('*.csv')
    text = file.read_text()
    file.write_text(text.replace('image,a,b', 'image,b,a'))
    refused = mmuda('train', config, check=False)
    assert 'are of other images or classes: remove them' in refused.stderr
    file.write_text(text.replace(',0', ',zero'))
    refused = mmuda('train', config, check=False)
    assert 'are damaged: invalid literal' in refused.stderr


def test_rejects_settings_that_can_not_be(dataset, counts):
    for settings, match in (
        (dict(class_counts=[]), 'must be 1 files, one per source'),
        (dict(class_counts=[counts], temperature=0), 'temperature must be positive'),
        (dict(class_counts=['none.csv']), r'none\.csv do not exist'),
    ):
        with pytest.raises((ValueError, FileNotFoundError), match=match):
            SourceSampler(dataset, seed=0, rare_classes=settings)
    rare = dict(class_counts=[counts], min_pixels=300)
    sampler = SourceSampler(dataset, seed=0, rare_classes=rare)
    with pytest.raises(ValueError, match='no image of source has 300 pixels'):
        sampler.pick('source', 0)
