"""Averaged weights: against the formula, resumed, and without a trace in training."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from conftest import toy_adaptor, toy_optimizers, toy_segmentor
from toy_run import make_data, mmuda, write_config

from mmuda.engine.checkpoint import checkpoints_in, latest_checkpoint, load_checked
from mmuda.engine.hooks import WeightAverageHook
from mmuda.models.normalisation import blend_checkpoint

MOMENTUM, ALPHA, ITERATIONS = 0.4, 0.3, 5
AVERAGED = dict(type='WeightAverageHook', momentum=MOMENTUM)
DOMAINS = ('source', 'target')


def adaptor(folder, name, interval=1, keep=-1, hook=AVERAGED, accumulate=2):
    """A config of DANN that accumulates and drops out."""
    model = toy_adaptor(norm=dict(type='BN'), dropout=0.5)
    model.statistics = dict(alpha=ALPHA)
    model.data_preprocessor.update(mean=[127.0] * 3, std=[64.0] * 3)
    optimizer = dict(type='SGD', lr=0.01, momentum=0.9)
    config = write_config(
        folder,
        name,
        model=model.to_dict(),
        optimizers=toy_optimizers(optimizer, accumulative_counts=accumulate),
        max_iters=ITERATIONS,
    )
    checkpoint = dict(interval=interval, max_keep_ckpts=keep)
    with open(config, 'a') as text:
        text.write(f"default_hooks['checkpoint'] = {checkpoint}\n")
        text.write(f'custom_hooks = {[hook] if hook else []}\n')
        text.write("train_cfg['val_interval'] = 100\n")
    return config


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    """Folder of a run in mixed precision, all of whose checkpoints are kept."""
    folder = tmp_path_factory.mktemp('average')
    make_data(folder / 'data')
    config = adaptor(folder, 'with')
    mmuda('train', config, '--amp', '--work-dir', folder / 'run')
    return folder / 'run'


def weights(run, name):
    return load_checked(Path(run, f'{name}.pth'))['state_dict']


def by_formula(run, iterations):
    """The average written out, each iteration with its weight, in double precision."""
    shares = [max(MOMENTUM, 1 / t) for t in range(1, iterations + 1)]
    total = {}
    for t, share in enumerate(shares, start=1):
        weight = share * np.prod([1 - later for later in shares[t:]])
        for name, value in weights(run, f'iter_{t}').items():
            total[name] = total.get(name, 0) + weight * value.double()
    return {name: value.float() for name, value in total.items()}


def is_parameter(name):
    return name.startswith('segmentor.') and name.endswith(('weight', 'bias'))


def is_of_a_domain(name):
    running = name.endswith(('running_mean', 'running_var'))
    return name.startswith('statistics.') and running


def test_is_the_mean_of_the_weights_of_each_iteration(run):
    last, averaged = (weights(run, n) for n in ('iter_5', 'averaged_iter_5'))
    expected = by_formula(run, ITERATIONS)
    assert averaged.keys() == last.keys()
    kinds = set()
    for name, value in averaged.items():
        if is_parameter(name) or is_of_a_domain(name):
            torch.testing.assert_close(value, expected[name])
            if not torch.equal(value, last[name]):
                kinds.add(name.split('.')[0] + name.rpartition('.')[2])
        elif not name.startswith('segmentor.'):
            assert torch.equal(value, last[name]), name
    assert len(kinds) == 4  # weights and biases, means and variances


@pytest.mark.parametrize('alpha', [None, 0.0, 0.7, 1.0])
def test_statistics_are_mixed_of_averaged_ones(run, alpha):
    """As declared, and as asked for later; of the source's alone behind the tap."""
    averaged = weights(run, 'averaged_iter_5')
    if alpha is not None:
        blend_checkpoint(averaged, alpha)
    share = ALPHA if alpha is None else alpha
    mixed = 0
    for name in [n for n in averaged if n.endswith('running_var')]:
        path = name.removeprefix('segmentor.')
        if path != name:
            source, target = (averaged[f'statistics.{d}.{path}'] for d in DOMAINS)
            of_target = share * path.startswith('backbone')
            expected = (1 - of_target) * source + of_target * target
            torch.testing.assert_close(averaged[name], expected)
            mixed += not torch.equal(source, target)
    assert mixed == 5


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for key, value in ours.items():
        if isinstance(value, dict):
            assert_same(value, theirs[key])
        elif isinstance(value, torch.Tensor):
            assert torch.equal(value, theirs[key]), key
        else:
            assert value == theirs[key], key


def test_leaves_no_trace_in_training(run):
    """In the middle of an accumulation window too, and nothing in the folder."""
    config = adaptor(run.parent, 'without', interval=3, hook=None)
    mmuda('train', config, '--amp', '--work-dir', 'without')
    for n, waiting in ((3, 3), (5, 0)):
        folders = (run, Path('without'))
        ours, theirs = (load_checked(f / f'iter_{n}.pth') for f in folders)
        assert set(ours) - set(theirs) == {'mmuda_average'}
        assert len(theirs['mmuda_gradients']) == waiting
        for key in ('state_dict', 'optimizer', 'mmuda_gradients'):
            assert_same(ours[key], theirs[key])
    assert not list(Path('without').glob('averaged*'))


def test_resumed_equals_uninterrupted(run):
    """Bit for bit, in the middle of a window; what is not kept goes together."""
    config = adaptor(run.parent, 'resumed', keep=1)
    Path('resumed').mkdir()
    for name in ('iter_3.pth', 'averaged_iter_3.pth'):
        shutil.copy(run / name, 'resumed')
    mmuda('train', config, '--amp', '--work-dir', 'resumed', '--resume')
    for prefix in ('', 'averaged_'):
        file = f'{prefix}iter_5'
        assert_same(weights('resumed', file), weights(run, file))
        assert list(checkpoints_in('resumed', prefix)) == [3, 5]
    ours, theirs = (load_checked(f / 'iter_5.pth') for f in (run, Path('resumed')))
    assert_same(ours['mmuda_average'], theirs['mmuda_average'])
    assert latest_checkpoint('resumed').name == 'iter_5.pth'


def test_is_exported_like_any_other(run):
    """It says of images and classes what the regular one says."""
    mmuda('export', run.parent / 'with.py', run / 'averaged_iter_5.pth', '--out', 'm')
    exported = load_checked('m.pth')
    name = 'decode_head.conv_seg.weight'
    expected = weights(run, 'averaged_iter_5')[f'segmentor.{name}']
    assert torch.equal(exported['state_dict'][name], expected)
    assert exported['meta']['mmuda_images']['target']['bands']
    assert tuple(exported['meta']['dataset_meta']['classes']) == ('a', 'b', 'c')


def test_checkpoints_of_other_hooks_have_no_average():
    """Such as the best one so far, written before the regular one of an iteration."""
    written = SimpleNamespace(get_info=dict(last_ckpt='run/iter_4.pth').get)
    runner, checkpoint = SimpleNamespace(iter=4, message_hub=written), {}
    WeightAverageHook().before_save_checkpoint(runner, checkpoint)
    assert checkpoint == {}


def test_two_processes(run):
    """What is averaged is what they have in common."""
    config = adaptor(run.parent, 'two', accumulate=1)
    words = ('--launcher', 'pytorch', '--cfg-options', 'train_cfg.max_iters=2')
    mmuda('train', config, '--work-dir', 'two', *words, processes=2)
    expected, averaged = by_formula('two', 2), weights('two', 'averaged_iter_2')
    for name in filter(is_parameter, averaged):
        torch.testing.assert_close(averaged[name], expected[name])


def test_of_a_plain_segmentor(run):
    """Its own running statistics; layers that do not learn stay as they are."""
    model = toy_segmentor(norm=dict(type='BN'))
    model.backbone.norm_eval = True
    model.data_preprocessor = dict(type='RasterDataPreprocessor', size_divisor=1)
    optimizer = dict(type='SGD', lr=0.01)
    config = write_config(
        run.parent,
        'plain',
        model=model.to_dict(),
        optimizers=dict(type='OptimWrapper', optimizer=optimizer),
        max_iters=3,
    )
    with open(config, 'a') as text:
        text.write(
            "default_hooks['checkpoint'].update(interval=1, max_keep_ckpts=-1)\n"
            "train_dataloader['sampler'] = dict(type='SourceSampler')\n"
            "train_cfg['val_interval'] = 100\n"
        )
    hook = 'default_hooks.weight_average'
    options = (f'{hook}.type=WeightAverageHook', f'{hook}.momentum={MOMENTUM}')
    mmuda('train', config, '--work-dir', 'plain', '--cfg-options', *options)
    last, expected = weights('plain', 'iter_3'), by_formula('plain', 3)
    for name, value in weights('plain', 'averaged_iter_3').items():
        if 'num_batches' in name or ('backbone' in name and 'running' in name):
            assert torch.equal(value, last[name])
        else:
            torch.testing.assert_close(value, expected[name])


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        (dict(momentum=0), r'momentum must be in \(0, 1\], got 0'),
        (dict(momentum=1.5), r'momentum must be in \(0, 1\], got 1.5'),
        (dict(gamma=0), 'gamma must be above 0, got 0'),
    ],
)
def test_rejects_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        WeightAverageHook(**settings)
