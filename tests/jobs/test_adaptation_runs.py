"""`mmuda adapt` from scenes to a map: stopped after each step, and by hand."""

import json
import re
import sys
from contextlib import contextmanager

import pytest
from adaptation_toy import CLASSES, make_areas
from own_scenes import make, write_raster
from toy_run import mmuda

from mmuda import adapt
from mmuda.datasets.rasters import open_raster
from mmuda.engine.checkpoint import load_checked

STEPS = ['prepare A', 'prepare B', 'train', 'predict B']
SIZE = 16


class StoppedError(Exception):
    """Someone pulled the plug."""


@pytest.fixture
def stops(monkeypatch):
    """Each call ends after one step more than the one before."""
    module = sys.modules['mmuda.jobs.adaptation.adapt']
    step, done = module._step, []

    @contextmanager
    def stopping(outcome, name):
        with step(outcome, name):
            yield
        if name not in done:
            done.append(name)
            raise StoppedError(name)

    monkeypatch.setattr(module, '_step', stopping)
    return done


def pixels(file):
    with open_raster(file) as raster:
        return raster.read().tobytes(), raster.transform, raster.colormap(1)


def by_hand(home):
    """Config and checkpoint of the method, by the commands that `adapt` stands for."""
    size = ['--window-px', SIZE]
    holdout = ['--holdout', 0.2, '--block-px', 4 * SIZE, '--margin-px', SIZE // 2]
    labels = ['--labels', home / 'a_labels.tif', '--classes', *CLASSES]
    a, b = home / 'hand/a', home / 'hand/b'
    mmuda('prepare', '--scenes', home / 'a.tif', *labels, *size, *holdout, '--out', a)
    mmuda('prepare', '--scenes', home / 'b.tif', '--like', a, *size, '--out', b)
    run = home / 'hand/run'
    data = ['--source', a, '--target', b, '--small', '--seed', 0]
    mmuda('train', home / 'toy.py', *data, '--work-dir', run)
    return run / 'toy.py', run / 'iter_4.pth'


def test_stopped_after_each_step_it_makes_the_map_that_is_made_by_hand(tmp_path, stops):
    home, out = make_areas(tmp_path), tmp_path / 'out'
    (home / 'b_labels.tif').rename(home / 'later.tif')
    files = [home / f'{name}.tif' for name in ('a', 'a_labels', 'b')]
    how = dict(method=str(home / 'pool.py'), budget='quick', window_px=SIZE)
    how['classes'] = CLASSES
    for step in STEPS:
        with pytest.raises(StoppedError, match=step):
            adapt(*files, out, **how)
    made = [f.stat().st_mtime_ns for f in sorted(out.rglob('*.pth'))]
    outcome = adapt(*files, out, **how)
    assert made == [f.stat().st_mtime_ns for f in sorted(out.rglob('*.pth'))]

    config, checkpoint = by_hand(home)
    (trained,) = out.rglob('iter_4.pth')
    own, other = (load_checked(f)['state_dict'] for f in (trained, checkpoint))
    assert all(other[name].equal(value) for name, value in own.items())
    mmuda(
        *('predict', config, checkpoint, '--in', home / 'hand/b/scenes/b.tif'),
        *('--out', home / 'hand/b.tif'),
    )
    kept = outcome.source_only or outcome.maps
    assert pixels(kept[0]) == pixels(home / 'hand/b.tif')

    pool = json.loads((out / 'pool.json').read_text())
    names = [entry['name'] for entry in pool['pool']]
    assert names[:2] == ['toy', 'toy, alpha 1']
    assert pool['chosen'] in names
    page = outcome.page.read_text()
    assert pool['sentence'].partition(':')[0] in page
    assert 'What could be chosen' in page
    assert 'Measured on labels of B' not in page

    stops.append('score with the labels of B')
    scored = adapt(*files, out, **how, target_labels=home / 'later.tif')
    assert pixels(scored.maps[0]) == pixels(outcome.maps[0])
    assert 0 <= scored.figures['maps']['mIoU'] <= 100
    assert 'Measured on labels of B' in scored.page.read_text()


ADAPT = (
    'adapt --source a.tif --labels a_labels.tif --target b.tif --out out '
    '--classes field forest water --window-px 16 --budget quick --method toy.py'
)
BAD = {
    'no scene': ('--source z.tif', r'z\.tif: no such file or folder'),
    'no labels': ('--labels z.tif', r'z\.tif: no such file or folder'),
    'no target': ('--target z.tif', r'z\.tif: no such file or folder'),
    'empty folder': ('--target empty', r'empty: no file \.tif .* in it'),
    'no method': ('--method none.py', r'none\.py'),
    'no method of the package': ('--method mmuda::own/none.py', r'own/none\.py'),
    'no config': ('--method a.tif', r'config a\.tif can not be read'),
    'a broken config': ('--method broken.py', r'broken\.py can not be read: Syntax'),
    'a budget': ('--budget huge', r"invalid choice: 'huge'"),
    'no window': ('--window-px 0', r'window_px must be above 0, got 0'),
    'no number': ('--window-px big', r"invalid int value: 'big'"),
    'too few classes': ('--classes field', r'ids .* mean nothing, expected 0, 255'),
    'no band': ('--bands ir', r"no band 'ir'"),
    'a band of A alone': ('--target one.tif', r'one\.tif: .*band'),
    'labels elsewhere': ('--labels far.tif', r'far\.tif: labels of .* do not overlap'),
    'an image for labels': ('--labels a.tif', r'4 bands of uint8, expected one band'),
    'no raster': ('--target toy.py', r'toy\.py'),
    'labels of B elsewhere': ('--target-labels z.tif', r'z\.tif: no such file'),
    'no resolution': ('--gsd -1', r'gsd_m must be above 0, got -1'),
    'two legends': ('--taxonomy isprs6', r'--classes and --taxonomy exclude each'),
    'pool without source-only': (
        '--method bad1.py',
        r'bad1\.py: no member .* source_o',
    ),
    'pool of what is not there': ('--method bad2.py', r'none\.py'),
    'pool with a typing error': (
        '--method bad3.py',
        r'bad3\.py: a member .* has sedes',
    ),
    'pool with an alpha': (
        '--method bad4.py',
        r'toy\.py: alphas of the pool must be in',
    ),
    'a file for the folder': ('--out a.tif', r'a\.tif is a file, expected a folder'),
}


@pytest.fixture(scope='module')
def home(tmp_path_factory):
    home = make_areas(tmp_path_factory.mktemp('bad'))
    (home / 'empty').mkdir()
    image, labels = make()
    write_raster(home / 'one.tif', image[:1])
    (home / 'broken.py').write_text('model = dict(\n')
    write_raster(home / 'far.tif', labels, corner=(0, 0))
    line = dict(config='toy.py', source_only=True)
    for number, member in enumerate(
        [
            dict(config='toy.py'),
            dict(line, config='none.py'),
            dict(line, sedes=1),
            dict(line, alphas=(2.0,)),
        ],
        start=1,
    ):
        (home / f'bad{number}.py').write_text(f'pool = [{member!r}]')
    return home


def times_of_files(folder):
    """When each was written; what measures coverage writes there as well."""
    files = (f for f in folder.iterdir() if f.is_file())
    return {f: f.stat().st_mtime_ns for f in files if not f.match('.coverage*')}


@pytest.mark.parametrize(('words', 'line'), BAD.values(), ids=BAD)
def test_bad_input_is_one_line_before_anything_is_trained(
    home, tmp_path, monkeypatch, words, line
):
    monkeypatch.chdir(home)
    before = times_of_files(home)
    out = ['--out', tmp_path / 'out'] * ('--out' not in words)
    done = mmuda(*ADAPT.split(), *out, *words.split(), check=False)
    assert done.returncode == 2
    said = [text for text in done.stderr.splitlines() if 'error: ' in text]
    assert len(said) == 1, done.stderr
    assert re.search(line, said[0])
    assert 'Traceback' not in done.stderr
    assert before == times_of_files(home)
    assert not list(tmp_path.rglob('*.pth'))
