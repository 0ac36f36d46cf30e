"""Training that has broken down stops, and leaves what was written."""

from glob import glob
from types import SimpleNamespace

import pytest
import torch
from conftest import toy_optimizers
from toy_run import make_data, write_config

from mmuda.engine.hooks import FiniteLossHook
from mmuda.jobs.config import load_config
from mmuda.jobs.training import train


@pytest.mark.parametrize(
    'value', [float('nan'), float('inf'), torch.tensor(-torch.inf)]
)
def test_looks_at_intervals_and_at_the_end(value):
    hook = FiniteLossHook(interval=4)
    outputs = dict(loss_a=torch.tensor(1.0), loss_b=value)
    for done in range(1, 11):
        runner = SimpleNamespace(iter=done - 1, max_iters=10, work_dir='here')
        hook.after_train_iter(runner, 0, None, dict(loss_a=torch.tensor(1.0)))
        if done in (4, 8, 10):
            with pytest.raises(ValueError, match=f'loss_b is .* iteration {done}:'):
                hook.after_train_iter(runner, 0, None, outputs)
        else:
            hook.after_train_iter(runner, 0, None, outputs)


def test_no_checkpoint_of_broken_weights(tmp_path):
    make_data(tmp_path / 'data')
    optimizers = toy_optimizers(dict(type='SGD', lr=1e30))
    cfg = load_config(write_config(tmp_path, optimizers=optimizers))
    cfg.merge_from_dict({'default_hooks.finite_loss.interval': 2})
    with pytest.raises(ValueError, match='training has broken down'):
        train(cfg)
    assert not glob(f'{cfg.work_dir}/*.pth')
