"""MMSeg's own analysis tools, on what runs of mmuda leave behind."""

import json
import re
import runpy
import sys
from pathlib import Path

import cv2
import mmseg
import pytest
from conftest import toy_segmentor
from mmengine.analysis import get_model_complexity_info
from mmengine.config import Config
from mmseg.registry import DATASETS, MODELS
from torch import nn
from toy_run import make_data, mmuda, write_config

from mmuda import stack
from mmuda.datasets.folder import FolderDataset

TOOLS = Path(mmseg.__file__).parent / '.mim' / 'tools' / 'analysis_tools'
# What MMSeg 1.2.2 can not do, docs/watching.md says.
OLD = stack.prepare() == 'openmmlab'
WINDOWS = """
_base_ = './toy.py'
load = [dict(type='LoadRaster'), dict(type='LoadLabels'), dict(type='PackRaster')]
train_dataloader = dict(dataset=dict(
    _delete_=True, type='FolderDataset', window_px=8, img_suffix='.tif',
    data_root={data!r}, metainfo=dict(classes=('a', 'b', 'c'), palette=[[9, 9, 9]] * 3),
    data_prefix=dict(img_path='source/images', seg_map_path='source/labels'),
    pipeline=load))
"""


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    """Folder with a run, its predictions, and the adapted segmentor as MMSeg's own."""
    folder = tmp_path_factory.mktemp('run')
    make_data(folder / 'data')
    config = write_config(folder, data=str(folder / 'data'), max_iters=1)
    trained = (config, folder / 'work' / 'iter_1.pth')
    mmuda('train', config, '--work-dir', folder / 'work')
    maps, figures = folder / 'maps', folder / 'test.json'
    mmuda('test', *trained, '--work-dir', folder, '--out', maps, '--json', figures)
    mmuda('export', *trained, '--out', folder / 'plain')
    return folder


def call(monkeypatch, tool, *words):
    monkeypatch.setattr(sys, 'argv', [tool, *map(str, words)])
    return runpy.run_path(str(TOOLS / f'{tool}.py'), run_name='__main__')


def test_browse_dataset_draws_every_window(run, monkeypatch, tmp_path):
    config = run / 'windows.py'
    config.write_text(WINDOWS.format(data=str(run / 'data')))
    words = (config, '--output-dir', tmp_path, '--not-show')
    if OLD:
        with pytest.raises(cv2.error):
            call(monkeypatch, 'browse_dataset', *words)
        return
    call(monkeypatch, 'browse_dataset', *words)
    places = ('0_0', '0_8', '8_0', '8_8')
    windows = [f'{image}_{place}.tif' for image in range(6) for place in places]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(windows)


def test_confusion_matrix_agrees_with_the_test(run, monkeypatch, tmp_path):
    # The tool asks the class of a data set for the classes, not the data set.
    meta = dict(classes=('a', 'b', 'c'))
    monkeypatch.setattr(FolderDataset, 'METAINFO', meta)
    words = (run / 'toy.py', run / 'maps', tmp_path)
    tool = call(monkeypatch, 'confusion_matrix', *words)
    assert (tmp_path / 'confusion_matrix.png').is_file()
    dataset = DATASETS.build(Config.fromfile(run / 'toy.py').test_dataloader.dataset)
    maps = [cv2.imread(str(p), -1) for p in sorted((run / 'maps').iterdir())]
    counts = tool['calculate_confusion_matrix'](dataset, maps)
    accuracy = json.loads((run / 'test.json').read_text())['aAcc']
    assert 100 * counts.trace() / counts.sum() == pytest.approx(accuracy)


def test_get_flops_knows_what_is_exported(run, monkeypatch, capsys):
    config = run / 'plain.py'
    if OLD:
        with pytest.raises(ValueError, match='cannot be both set'):
            call(monkeypatch, 'get_flops', config, '--shape', '32')
        return
    call(monkeypatch, 'get_flops', config, '--shape', '32')
    said = re.search(r'Params: ([\d.]+)K', capsys.readouterr().out)
    model = MODELS.build(Config.fromfile(config).model)
    parameters = sum(p.numel() for p in model.parameters())
    assert 1000 * float(said[1]) == pytest.approx(parameters, rel=0.01)


def test_complexity_for_any_number_of_bands_as_documented():
    bands, size = 5, 32
    model = MODELS.build(toy_segmentor(bands=bands)).eval()
    found = get_model_complexity_info(model, (bands, size, size))
    assert found['params'] == sum(p.numel() for p in model.parameters())
    convolutions = (m for m in model.modules() if isinstance(m, nn.Conv2d))
    first = next(convolutions)
    # A multiplication per weight and pixel, at full size.
    assert found['flops'] > size**2 * first.weight.numel()
