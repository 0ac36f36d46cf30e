"""Whole runs: resumed, killed, distributed, without target labels, and refused."""

import json
import os
import shutil
import sys
from glob import glob
from pathlib import Path

import pytest
import torch
from conftest import toy_adaptor, toy_optimizers
from toy_run import make_data, mmuda, write_config

from mmuda.engine.checkpoint import load_checked

BENCHMARKS = Path(__file__).parents[2] / 'tools/benchmarks'


@pytest.fixture
def folder(tmp_path):
    make_data(tmp_path / 'data')
    return tmp_path


def weights(work_dir, iteration):
    return load_checked(f'{work_dir}/iter_{iteration}.pth')['state_dict']


def assert_equal(ours, theirs, **tolerance):
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        if tolerance:
            torch.testing.assert_close(value, theirs[name], **tolerance)
        else:
            assert torch.equal(value, theirs[name]), name


def test_killed_and_resumed_equals_uninterrupted(folder):
    """Bit for bit, with dropout, random flips, worker processes and a hook more."""
    settings = dict(dropout=0.5, workers=2, max_iters=10)
    config = write_config(folder, **settings)
    mmuda('train', config, '--work-dir', 'whole')

    deadly = write_config(folder, 'deadly', **settings)
    with open(deadly, 'a') as text:
        text.write(
            "custom_imports = dict(imports=['deadly_hook'])\n"
            "custom_hooks = [dict(type='Die')]\n"
        )
    (folder / 'deadly_hook.py').write_text(
        'import os, signal\n'
        'from mmengine.hooks import Hook\n'
        'from mmseg.registry import HOOKS\n'
        '@HOOKS.register_module()\n'
        'class Die(Hook):\n'
        '    def after_train_iter(self, runner, *args, **kwargs):\n'
        '        if runner.iter == 5:\n'
        '            os.kill(os.getpid(), signal.SIGKILL)\n'
    )
    killed = mmuda(
        'train', deadly, '--work-dir', 'killed', check=False, PYTHONPATH=str(folder)
    )
    assert killed.returncode == -9
    assert os.path.exists('killed/iter_4.pth')
    assert not os.path.exists('killed/iter_8.pth')
    mmuda('train', config, '--work-dir', 'killed', '--resume')
    assert_equal(weights('whole', 10), weights('killed', 10))


def self_training(phase):
    """Objectives that learn from a teacher."""
    return dict(
        teacher=dict(type='MeanTeacher', threshold=0.4, phase=phase),
        mix=dict(type='ClassMix', phase=phase),
        masked=dict(type='MaskedConsistency', block=2, phase=phase),
    )


TOY_PHASES = dict(
    critic=['objectives.toy.discriminator'],
    generator=['objectives.toy.generator'],
    segmentor=['segmentor'],
)


def test_a_teacher_and_a_generator_killed_and_resumed(folder):
    """Bit for bit, in the middle of an accumulation window."""
    model = toy_adaptor(norm=dict(type='BN'), dropout=0.5)
    model.objectives = dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        toy=dict(type='AdversaryAndTeacher', embedding='backbone.decoder.0'),
        **self_training('segmentor'),
    )
    model.phases = [dict(name=n, updates=u) for n, u in TOY_PHASES.items()]
    model.data_preprocessor.update(mean=[127.0] * 3, std=[64.0] * 3)
    sgd = dict(optimizer=dict(type='SGD', lr=0.01, momentum=0.9))
    optimizers = {name: dict(sgd, accumulative_counts=2) for name in TOY_PHASES}
    config = write_config(
        folder,
        model=model.to_dict(),
        optimizers=dict(constructor='PhasedOptimWrapperConstructor', **optimizers),
        max_iters=7,
    )
    with open(config, 'a') as text:
        text.write(
            "custom_imports = dict(imports=['adversary_and_teacher'])\n"
            "default_hooks['checkpoint']['interval'] = 1\n"
            "default_hooks['checkpoint']['max_keep_ckpts'] = -1\n"
        )
    path = dict(PYTHONPATH=os.pathsep.join([str(BENCHMARKS), *sys.path]))
    mmuda('train', config, '--work-dir', 'whole', **path)
    waiting = load_checked('whole/iter_3.pth')['mmuda_gradients']
    assert set(waiting) == set(TOY_PHASES)
    assert load_checked('whole/iter_4.pth')['mmuda_gradients'] == {}
    for stopped in (3, 4):
        Path('again').mkdir()
        shutil.copy(f'whole/iter_{stopped}.pth', 'again')
        mmuda('train', config, '--work-dir', 'again', '--resume', **path)
        assert_equal(weights('whole', 7), weights('again', 7))
        shutil.rmtree('again')


def lsd(dropout):
    """Settings of a run of LSD, in file units of 8 bits."""
    model = toy_adaptor(dropout=dropout)
    model.objectives = dict(
        supervision=dict(type='Supervision', phase='segmentor'),
        toy=dict(
            type='ReconstructionAlignment',
            taps=['backbone.decoder.0'],
            generator=dict(
                type='PyramidGenerator', strides=[1], channels=2, dropout=dropout
            ),
            discriminator=dict(
                type='LabellingDiscriminator', channels=2, dropout=dropout
            ),
        ),
    )
    model.phases = [dict(name=n, updates=u) for n, u in TOY_PHASES.items()]
    model.data_preprocessor.update(mean=[127.0] * 3, std=[64.0] * 3)
    sgd = dict(optimizer=dict(type='SGD', lr=0.01, momentum=0.9))
    optimizers = dict.fromkeys(TOY_PHASES, sgd)
    constructor = 'PhasedOptimWrapperConstructor'
    return dict(
        model=model.to_dict(), optimizers=dict(constructor=constructor, **optimizers)
    )


def test_lsd_resumed_and_drawn(folder):
    """Bit for bit, with dropout in all networks; pictures change nothing."""
    config = write_config(folder, max_iters=7, **lsd(dropout=0.5))
    mmuda('train', config, '--work-dir', 'whole')
    with open(config, 'a') as text:
        text.write("custom_hooks = [dict(type='ReconstructionGridHook', interval=2)]\n")
    Path('again').mkdir()
    shutil.copy('whole/iter_4.pth', 'again')
    mmuda('train', config, '--work-dir', 'again', '--resume')
    assert_equal(weights('whole', 7), weights('again', 7))
    drawn = sorted(path.name for path in Path('again/reconstructions').iterdir())
    assert drawn == ['iter_6.png', 'iter_7.png']


def online():
    """Settings of a run that trains itself, and accumulates gradients."""
    model = toy_adaptor()
    model.objectives.update(self_training('supervise'))
    return dict(model=model.to_dict(), optimizers=toy_optimizers(accumulative_counts=2))


@pytest.mark.parametrize(
    'settings', [lsd(dropout=0.0), online()], ids=['lsd', 'online']
)
def test_two_processes_equal_one_with_the_joint_batch(folder, settings):
    """In LSD phases share more passes and graphs than anywhere; a teacher draws."""
    one = write_config(folder, 'one', batch_size=8, **settings)
    two = write_config(folder, 'two', batch_size=4, **settings)
    mmuda('train', one)
    mmuda('train', two, '--launcher', 'pytorch', processes=2)
    work_dir = f'work_dirs/{folder.name}'
    expected = weights(f'{work_dir}/one', 6)
    assert_equal(expected, weights(f'{work_dir}/two', 6), rtol=1e-5, atol=1e-5)

    # One process goes on where two were stopped, with their joint batch alone.
    Path(work_dir, 'two/iter_6.pth').unlink()
    again = ('--work-dir', f'{work_dir}/two', '--resume')
    done = mmuda('train', two, *again, check=False)
    assert 'was trained with joint batch_size 8, this run has 4' in done.stderr
    mmuda('train', one, *again)
    assert_equal(expected, weights(f'{work_dir}/two', 6), rtol=1e-5, atol=1e-5)


def test_target_labels_never_enter_training(folder):
    """Training without them on the disk gives the same weights, bit for bit."""
    config = write_config(folder)
    options = (
        '--cfg-options',
        'val_cfg=None',
        'val_dataloader=None',
        'val_evaluator=None',
    )
    mmuda('train', config, '--work-dir', 'with', *options)
    shutil.rmtree(folder / 'data' / 'target' / 'labels')
    mmuda('train', config, '--work-dir', 'without', *options)
    assert_equal(weights('with', 6), weights('without', 6))


def test_one_command_makes_the_mapping_trains_tests_and_exports(folder):
    config = write_config(folder, mapping='maps/random.csv')
    done = mmuda('train', config, '--work-dir', 'run')
    assert 'mapping maps/random.csv is not there yet' in done.stdout
    assert json.loads(Path('maps/random.csv.json').read_text())['oracle'] is False

    mmuda(
        'test',
        config,
        'run/iter_6.pth',
        '--work-dir',
        'run',
        '--out',
        'maps/out',
        '--show-dir',
        'pictures',
    )
    figures = json.loads(Path('run/test.json').read_text())
    by_class = {f'{m}.{c}' for m in ('IoU', 'F1') for c in 'abc'}
    assert set(figures) == {'protocol', 'aAcc', 'mIoU', 'mF1', *by_class}
    assert len(os.listdir('pictures')) == len(os.listdir('maps/out')) == 6

    mmuda('export', config, 'run/iter_6.pth', '--out', 'plain/model')
    assert load_checked('plain/model.pth')['meta']['dataset_meta']['classes']
    mmuda('test', config, 'run/iter_6.pth', '--work-dir', 'tta', '--tta')
    assert json.loads(Path('tta/test.json').read_text())['aAcc'] > 0


def refused(*words, **environment):
    done = mmuda(*words, check=False, **environment)
    assert done.returncode == 2, done.stderr[-2000:]
    (line,) = [x for x in done.stderr.splitlines() if x.startswith('error: ')]
    assert 'Traceback' not in done.stderr
    assert not glob('run/*.pth')
    return line


def test_refuses_bad_input_in_one_line(folder):
    import cv2
    import numpy as np

    config = write_config(folder)
    train = ('train', config, '--work-dir', 'run')
    label = folder / 'data' / 'source' / 'labels' / '2.png'
    good = label.read_bytes()

    cv2.imwrite(str(label), np.full((16, 16), 7, np.uint8))
    assert '2.png: class ids 7 (' in refused(*train)
    cv2.imwrite(str(label), np.zeros((8, 16), np.uint8))
    assert '2.png: labels of 8 x 16 pixels, expected 16 x 16' in refused(*train)
    label.write_bytes(good)

    mapped = write_config(folder, 'mapped', mapping='maps/random.csv')
    mmuda('pair', mapped, '--strategy', 'random', '--out', 'maps/random.csv')
    (folder / 'data' / 'target' / 'images' / '0.tif').unlink()
    line = refused('train', mapped, '--work-dir', 'run')
    assert 'random mapping was made for other target images: 6 of' in line

    label.unlink()
    assert 'have no mask' in refused(*train)
    shutil.rmtree(folder / 'data' / 'source')
    assert 'no folder' in refused(*train)
    assert 'other.py does not exist' in refused('train', 'other.py')


def test_refuses_a_config_that_does_not_fit(folder):
    train = ('train', write_config(folder), '--work-dir', 'run', '--cfg-options')
    line = refused(*train, 'train_dataloader.batch_size=3')
    assert 'batch_size is 3, expected an even number' in line
    line = refused(*train, 'model.segmentor.decode_head.num_classes=4')
    assert 'num_classes is 4, expected 3, the classes of FolderDataset' in line
    torch.save(dict(state_dict={}), 'empty.pth')
    line = refused('test', write_config(folder), 'empty.pth', '--work-dir', 'run')
    assert 'empty.pth does not fit the config: it lacks segmentor.' in line


def test_refuses_another_seed_and_a_hostile_checkpoint(folder):
    config = write_config(folder)
    mmuda('train', config, '--work-dir', 'seeded')
    line = refused('train', config, '--work-dir', 'seeded', '--resume', '--seed', '1')
    assert 'trained with seed 0, this run has seed 1' in line

    class Hostile:
        def __reduce__(self):
            return os.mkdir, ('hacked',)

    torch.save(dict(state_dict=Hostile()), 'hostile.pth')
    line = refused('test', config, 'hostile.pth', '--work-dir', 'run')
    assert 'hostile.pth is refused' in line
    assert not os.path.exists('hacked')
