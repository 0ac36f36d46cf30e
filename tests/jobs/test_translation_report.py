"""tools/translate.py from the command line to the report."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from conftest import toy_segmentor
from mmengine.config import Config
from mmseg.registry import MODELS
from toy_needs import write_translator
from toy_run import make_data, mmuda

from mmuda.models.translators.classical import Reinhard


@pytest.fixture
def folder(tmp_path):
    """Data, a fitted translator and a segmentor."""
    make_data(tmp_path / 'data', number=4, size=32)
    write_translator(tmp_path, batch_size=4)
    model = Reinhard()
    for domain, shift in (('source', 0), ('target', 60)):
        images = torch.rand(1, 3, 32, 32) * 180 + shift
        model.observe(images, domain)
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'colours.pth')

    segmentor = toy_segmentor()
    segmentor['data_preprocessor'] = dict(
        type='RasterDataPreprocessor', size_divisor=1, mean=[127.5] * 3, std=[50.0] * 3
    )
    test = dict(
        type='FolderDataset',
        metainfo=dict(classes=('a', 'b', 'c')),
        pipeline=[dict(type='LoadRaster'), dict(type='PackSegInputs')],
    )
    Config(
        dict(
            model=segmentor.to_dict(),
            test_dataloader=dict(dataset=test),
            randomness=dict(seed=0),
        )
    ).dump(tmp_path / 'segmentor.py')
    weights = MODELS.build(segmentor).state_dict()
    torch.save(dict(state_dict=weights), tmp_path / 'segmentor.pth')
    return tmp_path


def test_folder_to_dataset_with_report(folder):
    command = [
        'translate', folder / 'colours.py', folder / 'colours.pth',
        '--in', folder / 'data/source/images', '--out', 'out',
        '--labels', folder / 'data/source/labels', '--report',
        '--segmentor', folder / 'segmentor.py', folder / 'segmentor.pth',
    ]  # fmt: skip
    done = mmuda(*command)
    assert 'agreement' in done.stdout
    for i in range(4):
        assert Path(f'out/images/{i}.tif').is_file()
        label = cv2.imread(f'out/labels/{i}.png', cv2.IMREAD_UNCHANGED)
        original = cv2.imread(str(folder / f'data/source/labels/{i}.png'), -1)
        np.testing.assert_array_equal(label, original)
    figures = json.loads(Path('out/report/report.json').read_text())
    means = [figures['bands'][f'red {state}']['mean'] for state in ('before', 'after')]
    assert means[0] < means[1]
    assert 0 <= figures['consistency']['agreement'] <= 100
    assert set(figures['consistency']) == {
        'agreement', 'agreement.a', 'agreement.b', 'agreement.c'
    }  # fmt: skip
    for name in ('before_after.png', 'histograms.png'):
        assert cv2.imread(f'out/report/{name}').std() > 5

    # Into its own domain nothing changes, and the segmentor agrees with itself.
    done = mmuda(*command[:5], '--out', 'same', *command[9:], '--to', 'source')
    figures = json.loads(Path('same/report/report.json').read_text())
    assert figures['consistency']['agreement'] == 100

    # Another job in the same folder is refused in one line.
    done = mmuda(*command, '--to', 'source', check=False)
    assert done.returncode == 2
    (line,) = [x for x in done.stderr.splitlines() if x.startswith('error: ')]
    assert 'was made with route' in line
