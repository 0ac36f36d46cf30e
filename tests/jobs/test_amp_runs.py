"""Whole runs with --amp, and how near to float32 their results are."""

import json
import shutil
from glob import glob
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from toy_run import make_data, mmuda, write_config

from mmuda.engine.checkpoint import load_checked


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """A run in float32, the same with --amp, and that stopped and resumed."""
    folder = tmp_path_factory.mktemp('amp')
    make_data(folder / 'data')
    config = write_config(folder, workers=2, max_iters=8)
    mmuda('train', config, '--work-dir', folder / 'full')
    mmuda('train', config, '--work-dir', folder / 'half', '--amp')
    (folder / 'stopped').mkdir()
    shutil.copy(folder / 'half/iter_4.pth', folder / 'stopped')
    resume = '--work-dir', folder / 'stopped', '--resume', '--amp'
    mmuda('train', config, *resume)
    return folder


def checkpoint(folder, run):
    content = load_checked(str(folder / run / 'iter_8.pth'))
    return {name: content[name] for name in ('state_dict', 'optimizer')}


def tensors(content):
    """All tensors of weights and optimizers."""
    if isinstance(content, torch.Tensor):
        yield content
    for value in content.values() if isinstance(content, dict) else ():
        yield from tensors(value)


def losses(folder, run):
    (log,) = glob(str(folder / run / '*' / 'vis_data' / 'scalars.json'))
    lines = map(json.loads, Path(log).read_text().splitlines())
    return [line['loss_supervise'] for line in lines if 'loss_supervise' in line]


def test_losses_are_near_those_in_float32(folder):
    full, half = losses(folder, 'full'), losses(folder, 'half')
    assert len(full) == 8
    assert full != half
    np.testing.assert_allclose(half, full, rtol=0.02)


def test_checkpoints_are_float32_and_resumed_bit_for_bit(folder):
    half, resumed = checkpoint(folder, 'half'), checkpoint(folder, 'stopped')
    for one, other in zip(tensors(half), tensors(resumed), strict=True):
        assert one.dtype in (torch.float32, torch.long)
        assert torch.equal(one, other)
    full = checkpoint(folder, 'full')['state_dict']
    assert any(
        (full[name] != value).any() for name, value in half['state_dict'].items()
    )


def test_goes_on_in_the_same_precision_alone(folder):
    (folder / 'other').mkdir()
    shutil.copy(folder / 'half/iter_4.pth', folder / 'other')
    resume = 'train', folder / 'toy.py', '--work-dir', folder / 'other', '--resume'
    done = mmuda(*resume, check=False)
    assert done.returncode == 2
    assert 'was trained with amp True, this run has False' in done.stderr


def test_two_processes_equal_one_with_the_joint_batch(folder):
    """Up to rounding, which is far less than what half of the batch changes."""
    runs = dict(joint=(8, 1), parts=(4, 2), alone=(4, 1))
    weights = {}
    for name, (batch_size, processes) in runs.items():
        config = write_config(folder, name, batch_size=batch_size)
        train = 'train', config, '--amp', '--work-dir', name
        launched = ('--launcher', 'pytorch') * (processes > 1)
        mmuda(*train, *launched, processes=processes)
        state = load_checked(f'{name}/iter_6.pth')['state_dict']
        weights[name] = torch.cat([value.flatten() for value in state.values()])
    apart, otherwise = (
        (weights[name] - weights['joint']).norm() for name in ('parts', 'alone')
    )
    assert apart < 0.5 * otherwise


@pytest.mark.parametrize('switch', [(), ('--tta',)])
def test_predictions_are_nearly_the_same(folder, switch):
    config, weights = str(folder / 'toy.py'), folder / 'full/iter_8.pth'
    maps = {}
    for run, amp in (('full', ()), ('half', ('--amp',))):
        out = 'test', config, weights, '--work-dir', run, '--out', f'{run}/maps'
        mmuda(*out, *switch, *amp)
        files = sorted(Path(run, 'maps').rglob('*.png'))
        maps[run] = np.stack([cv2.imread(str(f), cv2.IMREAD_UNCHANGED) for f in files])
    assert len(np.unique(maps['full'])) > 1
    assert (maps['full'] == maps['half']).mean() > 0.98


def test_pairs_are_nearly_as_similar(folder):
    config, weights = str(folder / 'toy.py'), folder / 'full/iter_8.pth'
    pair = 'pair', config, '--checkpoint', weights, '--strategy'
    scores = {}
    for run, amp in (('full', ()), ('half', ('--amp',))):
        mmuda(*pair, 'approximation', '--out', f'{run}.csv', *amp)
        rows = Path(f'{run}.csv').read_text().splitlines()[1:]
        scores[run] = [float(row.split(',')[-1]) for row in rows]
    assert 0 < np.abs(np.subtract(*scores.values())).max() < 0.005
    assert json.loads(Path('half.csv.json').read_text())['amp'] is True
    assert 'amp' not in json.loads(Path('full.csv.json').read_text())
