"""The file of a mapping."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest

from mmuda.pairing import ImageSet, Mapping


@pytest.fixture
def folders(tmp_path):
    for domain, number in (('source', 3), ('target', 4)):
        folder = tmp_path / domain
        (folder / 'sub').mkdir(parents=True)
        for i in range(number):
            (folder / 'sub' / f'{i}.tif').write_bytes(b'x' * (i + 1))
    return tmp_path


def images(folder):
    paths = sorted(str(path) for path in folder.rglob('*.tif'))

    class Dataset(SimpleNamespace):
        def __len__(self):
            return len(paths)

    return ImageSet.of(
        Dataset(
            data_prefix=dict(img_path=str(folder)),
            get_data_info=lambda i: dict(img_path=paths[i]),
        )
    )


@pytest.fixture
def mapping(folders):
    source, target = images(folders / 'source'), images(folders / 'target')
    return Mapping.make(
        source,
        target,
        np.array([[2, 3], [0, 1], [2, 0]]),
        np.array([[0.5, 0.25], [math.nan, 0], [1, 0.5]]),
        dict(strategy='random', oracle=False),
    )


def test_survives_the_disk(mapping, folders):
    mapping.save(folders / 'm.csv')
    again = Mapping.load(folders / 'm.csv')
    assert (again.source, again.target) == (mapping.source, mapping.target)
    assert again.manifest == mapping.manifest
    assert again.score[0] == (0.5, 0.25)
    assert math.isnan(again.score[1][0])
    assert (folders / 'm.csv').read_text().splitlines()[:3] == [
        'source,rank,target,score',
        'sub/0.tif,1,sub/2.tif,0.5',
        'sub/0.tif,2,sub/3.tif,0.25',
    ]


def test_indices(mapping, folders):
    source, target = images(folders / 'source'), images(folders / 'target')
    assert mapping.indices(source, target).tolist() == [[2, 3], [0, 1], [2, 0]]
    assert mapping.manifest['top_k'] == 2
    # Of the first partners.
    assert mapping.manifest['distinct_targets'] == 2
    assert mapping.manifest['most_uses'] == 2


def test_the_oracle_is_called_so(mapping):
    assert 'ORACLE' not in mapping.described
    mapping.manifest.update(strategy='ground_truth', oracle=True)
    assert 'ORACLE' in mapping.described


@pytest.mark.parametrize('change', ['added', 'redrawn', 'foreign'])
def test_rejects_a_stale_or_foreign_mapping(mapping, folders, change):
    source, target = images(folders / 'source'), images(folders / 'target')
    if change == 'added':
        (folders / 'target' / 'new.tif').write_bytes(b'x')
    elif change == 'redrawn':
        (folders / 'target' / 'sub' / '0.tif').write_bytes(b'other')
    else:
        target = source
    if change != 'foreign':
        target = images(folders / 'target')
    with pytest.raises(
        ValueError, match=r'made for other target images.*make it again'
    ):
        mapping.indices(source, target)


def test_rejects_a_missing_or_damaged_file(mapping, folders):
    file = folders / 'm.csv'
    with pytest.raises(FileNotFoundError, match=r'm\.csv does not exist: .*pair\.py'):
        Mapping.load(file)
    mapping.save(file)
    whole = file.read_text()
    for text, complaint in (
        (whole.rsplit('\n', 2)[0], r'm\.csv is damaged: 5 rows, expected 2 for each'),
        (whole.replace(',1,', ',7,'), r'm\.csv is damaged: rows of .* 1 to 2'),
        (whole.replace('0.25', 'high'), r'm\.csv is damaged: could not convert'),
        ('source,target,score\na,b,1\n', r'has columns .* expected .*rank.*make it'),
    ):
        file.write_text(text)
        with pytest.raises(ValueError, match=complaint):
            Mapping.load(file)
    mapping.save(file)
    manifest = folders / 'm.csv.json'
    manifest.write_text(json.dumps({**mapping.manifest, 'version': 99}))
    with pytest.raises(ValueError, match='version 99'):
        Mapping.load(file)
    manifest.unlink()
    with pytest.raises(FileNotFoundError, match=r'm\.csv\.json does not exist'):
        Mapping.load(file)


def test_a_failed_write_leaves_the_old_file(mapping, folders):
    file = folders / 'm.csv'
    mapping.save(file)
    before = file.read_text()
    broken = Mapping(mapping.source, mapping.target, ((0.5,),), mapping.manifest)
    with pytest.raises(ValueError, match='zip'):
        broken.save(file)
    assert file.read_text() == before
    assert sorted(p.name for p in folders.glob('*')) == [
        'm.csv',
        'm.csv.json',
        'source',
        'target',
    ]
