"""Rounds of self-training: each run labels the target for the next one."""

import json
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from mmengine.visualization import Visualizer
from self_training_toy import make_task, write_rounds
from toy_run import forget_instances, mmuda

from mmuda.engine.checkpoint import load_checked
from mmuda.jobs.config import load_config
from mmuda.jobs.prerequisites import (
    GivenLabels,
    LabellingModel,
    PseudoLabels,
    check_all,
    prerequisites_of,
)
from mmuda.jobs.training import train


@pytest.fixture
def folder(tmp_path):
    """Data, and the config of a source model; one target image has nodata."""
    return make_task(tmp_path / 'task')


def weights(file):
    return load_checked(str(file))['state_dict']


def assert_equal(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert torch.equal(value, theirs[name]), name


DEADLY = """
import os, signal
from mmengine.hooks import Hook
from mmseg.registry import HOOKS

@HOOKS.register_module()
class Die(Hook):
    def after_train_iter(self, runner, *args, **kwargs):
        if runner.iter == 4 and not runner.work_dir.endswith('round1'):
            os.kill(os.getpid(), signal.SIGKILL)
"""


def test_rounds_killed_and_resumed_and_without_target_labels(folder, monkeypatch):
    """One command makes all rounds; killed in the second, it goes on, bit for bit.

    The labels of the target are not even there.
    """
    config = write_rounds(folder)
    mmuda('train', folder / 'plain.py')
    commands = []

    def run(command, env):
        del env
        commands.append(command[3:])
        return mmuda(*command[3:])  # a fork, which has imported already what it needs

    forks = SimpleNamespace(run=run)
    monkeypatch.setattr('mmuda.jobs.prerequisites.base.subprocess', forks)
    forget_instances(Visualizer)  # that writes elsewhere
    train(load_config(config))
    forget_instances(Visualizer)
    (words,) = commands
    assert words[0] == 'train'
    assert words[-3:] == ['--resume', '--cfg-options', 'rounds=1']
    cfg = load_config(config)
    folders = [f'work_dirs/task/{name}' for name in ('plain', 'rounds_round1')]
    assert cfg.work_dir == 'work_dirs/task/rounds'
    made = []
    for run in folders:
        (labels,) = Path(run, 'pseudo_labels').iterdir()
        made.append(json.loads((labels / 'manifest.json').read_text()))
        assert len(list((labels / 'labels').iterdir())) == 6
    assert [m['options'] for m in made] == [dict(portion=0.3), dict(portion=0.6)]
    assert [m['alpha'] for m in made] == [1.0, 1.0]  # also by the plain source model
    whole = weights('work_dirs/task/rounds/iter_6.pth')
    first = weights('work_dirs/task/rounds_round1/iter_6.pth')
    assert any(not torch.equal(whole[name], first[name]) for name in whole)
    shutil.move('work_dirs', 'whole')

    shutil.rmtree(folder / 'data/target/labels')
    mmuda('train', folder / 'plain.py')
    mmuda('train', config, '--cfg-options', 'rounds=1')
    config_text = Path(config).read_text()
    (folder / 'deadly_hook.py').write_text(DEADLY)
    hook = "custom_imports = dict(imports=['deadly_hook'])\n"
    hook += "custom_hooks = [dict(type='Die')]\n"
    Path(config).write_text(config_text + hook)
    path = dict(PYTHONPATH=os.pathsep.join([str(folder), *sys.path]))
    killed = mmuda('train', config, check=False, **path)
    assert killed.returncode == -9
    assert not Path('work_dirs/task/rounds/iter_6.pth').exists()
    Path(config).write_text(config_text)
    done = mmuda('train', config, '--resume', **path)
    assert 'not there yet' not in done.stdout
    assert_equal(weights('work_dirs/task/rounds/iter_6.pth'), whole)

    # Labels that are there are learned from as those of a round are.
    (labels,) = Path('work_dirs/task/rounds_round1/pseudo_labels').iterdir()
    mmuda('train', write_rounds(folder, 'given', rounds=1, folder=str(labels)))
    assert_equal(weights('work_dirs/task/given/iter_6.pth'), whole)


def test_labels_are_made_with_the_statistics_that_are_declared(folder):
    """By ``pseudo_labels``, else by the model, else by the adaptor that learns them."""
    mmuda('train', folder / 'plain.py')
    for options, expected in (
        ({}, 1.0),
        ({'model.statistics.alpha': 0.3}, 0.3),
        ({'model.statistics.alpha': 0.3, 'pseudo_labels.statistics.alpha': 0.0}, 0.0),
    ):
        config = write_rounds(folder, rounds=1)
        cfg = load_config(config, options=options)
        assert labels_of(cfg).job.manifest()['alpha'] == expected
    mmuda('train', config)
    for given, expected in (({}, None), (dict(statistics=dict(alpha=0.5)), 0.5)):
        other = write_rounds(folder, 'other', rounds=1, config='rounds.py', **given)
        assert labels_of(load_config(other)).job.alpha == expected
    for key, value, match in (
        ('statistics.alpha', 2, r'number in \[0, 1\], got 2'),
        ('statistics', 0.3, r'statistics must be dict\(alpha=...\), got 0.3'),
        ('statistics', dict(beta=0.3), r'statistics must be dict\(alpha=...\), got'),
    ):
        options = {f'pseudo_labels.{key}': value}
        with pytest.raises(ValueError, match=match):
            check_all(load_config(config, options=options))


def labels_of(cfg):
    (found,) = (p for p in check_all(cfg) if isinstance(p, PseudoLabels))
    return found


def test_given_labels_are_there_and_of_these_images(folder):
    cfg = load_config(write_rounds(folder, folder='given'))
    with pytest.raises(FileNotFoundError, match=r'is given, which has no labels\.json'):
        check_all(cfg)
    Path('given').mkdir()
    Path('given/labels.json').write_text('{}')
    Path('given/manifest.json').write_text('{"images": "others"}')
    (given,) = (p for p in check_all(cfg) if isinstance(p, GivenLabels))
    with pytest.raises(ValueError, match='given has labels of other images than'):
        given.use(cfg)


def test_a_round_can_continue(folder):
    """With the weights of the model that made its labels, also after a warm start."""
    still = ('optim_wrapper.segmentor.optimizer.lr=0.0', 'warm_start=True')
    plain, first = 'work_dirs/task/plain/iter_4.pth', 'work_dirs/task/first/iter_6.pth'
    mmuda('train', folder / 'plain.py')
    write_rounds(folder, 'first', rounds=1)
    mmuda('train', folder / 'first.py')
    for how, expected in (('restart', plain), ('continue', first)):
        config = write_rounds(folder, how, rounds=1, weights=how, config='first.py')
        mmuda('train', config, '--cfg-options', *still)
        found = weights(f'work_dirs/task/{how}/iter_6.pth')
        prefix = 'segmentor.' if expected == first else ''
        name = 'decode_head.conv_seg.weight'
        assert torch.equal(found[f'segmentor.{name}'], weights(expected)[prefix + name])


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'pseudo_labels.strategy': 'best'}, 'must be one of category_adaptive, '),
        ({'pseudo_labels.threshold': 0.9}, "no option 'threshold', expected .*portion"),
        ({'pseudo_labels.portion': 2.0}, r'portion must be in \(0, 1\], got 2.0'),
        ({'pseudo_labels.weights': 'keep'}, "weights must be one of .* got 'keep'"),
        ({'pseudo_labels.prototypes': dict(tap='neck')}, "tap 'neck' of pseudo_labels"),
        ({'pseudo_labels.prototypes': 1}, 'must be a dict with some of tap, temperat'),
        ({'pseudo_labels.balance': dict(size=1)}, "balance of .* argument 'size'"),
        ({'rounds': 0}, 'rounds must be a number from 1 on, got 0'),
        ({'source_model': None, 'rounds': 1}, 'no model that makes them'),
        ({'model.objectives.pseudo_labels': None}, 'none of its objectives is a'),
        (
            {
                'pseudo_labels.strategy': 'category_adaptive',
                'pseudo_labels.delta': dict(x=1),
                'pseudo_labels.portion': None,
            },
            "delta of pseudo_labels names 'x', expected some of a, b, c",
        ),
    ],
)
def test_refuses_what_can_not_be_meant(folder, options, message):
    """Before anything is made."""
    cfg = load_config(write_rounds(folder), options=options)
    for key in [k for k, v in cfg.pseudo_labels.items() if v is None]:
        del cfg.pseudo_labels[key]
    with pytest.raises(ValueError, match=message):
        check_all(cfg)
    assert not Path('work_dirs').exists()


def test_a_round_trained_on_other_labels_is_refused(folder):
    """The config of the first round says another portion now."""
    mmuda('train', folder / 'plain.py')
    mmuda('train', write_rounds(folder, rounds=1))
    os.rename('work_dirs/task/rounds', 'work_dirs/task/rounds_round1')
    check_all(load_config(write_rounds(folder)))
    config = write_rounds(folder, portion=[0.5, 0.6])
    model, _ = prerequisites_of(load_config(config))
    assert isinstance(model, LabellingModel)
    with pytest.raises(ValueError, match=r'trained with pseudo_labels.portion'):
        check_all(load_config(config))
