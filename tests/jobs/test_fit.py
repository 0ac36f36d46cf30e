"""Fitting classical translators by a config: the pass, its steps, pictures."""

import shutil
from pathlib import Path

import cv2
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from toy_needs import write_translator
from toy_run import make_data
from toy_run import mmuda as run

import mmuda
from mmuda.engine.checkpoint import load_checked
from mmuda.jobs.training import train


@pytest.fixture
def fit(tmp_path):
    make_data(tmp_path / 'data')

    def run(work_dir, resume=False, **settings):
        cfg = Config.fromfile(write_translator(tmp_path, batch_size=4))
        cfg.merge_from_dict(dict(work_dir=work_dir, experiment_name=work_dir))
        cfg.merge_from_dict(settings)
        train(cfg, resume=resume)
        last = f'{work_dir}/iter_{cfg.train_cfg.max_iters}.pth'
        return load_checked(last)['state_dict']

    return run


def test_one_pass_in_any_number_of_steps(fit):
    whole = fit('whole')
    assert whole['source_pixels'] == whole['target_pixels'] == 6 * 16 * 16
    hooks = {'default_hooks.checkpoint.interval': 1, 'train_cfg.max_iters': 5}
    steps = fit('steps', **hooks, **{'train_dataloader.batch_size': 1})
    for name, value in whole.items():
        torch.testing.assert_close(steps[name], value)
    # Stopped after the fourth step, it goes on with the fifth.
    Path('stopped').mkdir()
    shutil.copy('steps/iter_4.pth', 'stopped/iter_4.pth')
    resumed = fit('stopped', True, **hooks, **{'train_dataloader.batch_size': 1})
    for name, value in steps.items():
        assert torch.equal(resumed[name], value)


def test_refuses_a_checkpoint_of_more_steps(fit):
    fit('run', **{'train_cfg.max_iters': 2})
    with pytest.raises(ValueError, match='has made 2 steps, expected at most'):
        fit('run', True)


def test_refuses_several_processes(fit):
    with pytest.raises(ValueError, match='a Reinhard is fitted in one process'):
        fit('run', launcher='pytorch')


def test_fit_reads_no_labels_and_draws_a_grid(fit, tmp_path):
    for domain in ('source', 'target'):
        shutil.rmtree(tmp_path / 'data' / domain / 'labels')
    fit('run')
    picture = cv2.imread('run/translations/iter_1.png')
    assert picture.shape[0] > picture.shape[1] > 300
    assert picture.std() > 10


def test_fit_loop_belongs_to_mmengine(fit, tmp_path):
    """Built by the runner from the config alone."""
    cfg = Config.fromfile(write_translator(tmp_path, batch_size=4))
    cfg.work_dir = 'x'
    init_default_scope('mmseg')
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.iter == runner.max_iters == 1
    assert runner.model.is_fitted('source')


def test_by_functions_and_by_command(tmp_path):
    """Fitted and applied by Python: the images that the command writes."""
    data = make_data(tmp_path / 'data')
    file = write_translator(tmp_path, batch_size=4)
    weights = mmuda.train(file, work_dir='run')
    files = mmuda.translate(file, weights, data / 'source/images', 'python')
    assert [f.name for f in files] == [f'{i}.tif' for i in range(6)]
    words = '--in', data / 'source/images', '--out', 'command'
    run('translate', file, weights, *words)
    for done in files:
        again = Path('command', done.name)
        assert done.read_bytes() == again.read_bytes()
        before = data / 'source/images' / done.name
        assert (cv2.imread(str(done)) != cv2.imread(str(before))).any()
