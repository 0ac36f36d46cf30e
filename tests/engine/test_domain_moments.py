"""Whole training runs of translators, and what their checkpoints hold."""

import shutil
from pathlib import Path

import pytest
import torch
from mmseg.registry import MODELS
from toy_run import make_data, mmuda

from mmuda.engine.checkpoint import load_checked
from mmuda.engine.hooks.domain_moments import estimate_domain_moments
from mmuda.jobs.config import load_config
from mmuda.jobs.training import train

CONFIG = """
_base_ = 'mmuda::_base_/schedules/translation.py'
meta = dict(classes=('a', 'b', 'c'), palette=[[255, 0, 0], [0, 255, 0], [0, 0, 255]])
pipeline = [
    dict(type='LoadRaster'),
    dict(type='RandomCrop', crop_size=(16, 16)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackRaster'),
]

def images(domain):
    return dict(
        type='FolderDataset', data_root={data!r}, metainfo=meta, img_suffix='.tif',
        data_prefix=dict(img_path=domain + '/images'), pipeline=pipeline)

model = {model!r}
train_dataloader = dict(
    num_workers=0, persistent_workers=False,
    dataset=dict(source=images('source'), target=images('target')))
train_cfg = dict(type='IterBasedTrainLoop', max_iters=4)
adam = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=0.001))
optim_wrapper = dict(
    constructor='PhasedOptimWrapperConstructor', generator=adam, critic=adam)
param_scheduler = [
    dict(type='EpochLinearLR', by_epoch=False, iters_per_epoch=1, num_epochs=4,
         decay_epoch=2)]
default_hooks = dict(checkpoint=dict(interval=2), logger=dict(interval=1))
del images
"""
DISCRIMINATOR = dict(type='PatchGANDiscriminator', channels=4, num_layers=1)
SEMI2I = dict(type='SemI2I', channels=4, num_residuals=1)
CYCLEGAN = dict(
    type='CycleGAN', generator=dict(channels=4, num_residuals=1), pool_size=2
)
COLORMAPGAN = dict(type='ColorMapGAN', levels=8)
TRANSLATORS = [SEMI2I, CYCLEGAN, COLORMAPGAN]
IDS = [cfg['type'] for cfg in TRANSLATORS]


@pytest.fixture
def write_config(tmp_path):
    make_data(tmp_path / 'data', size=24)

    def write(model):
        file = tmp_path / f'{model["type"]}.py'
        model = dict(model, discriminator=DISCRIMINATOR)
        file.write_text(CONFIG.format(data=str(tmp_path / 'data'), model=model))
        return str(file)

    return write


def run(config, work_dir, resume=False, **options):
    train(load_config(config, work_dir=work_dir, options=options), resume=resume)


def states(work_dir, iteration=4):
    return load_checked(f'{work_dir}/iter_{iteration}.pth')


@pytest.mark.parametrize('model', TRANSLATORS, ids=IDS)
def test_stopped_and_resumed_equals_uninterrupted(model, write_config):
    """Networks, optimizers, pools, styles, moments: bit for bit."""
    config = write_config(model)
    run(config, 'whole')
    Path('parts').mkdir()
    shutil.copy('whole/iter_2.pth', 'parts')
    run(config, 'parts', resume=True)
    whole, parts = states('whole'), states('parts')
    assert whole['state_dict'].keys() == parts['state_dict'].keys()
    for name, value in whole['state_dict'].items():
        assert torch.equal(value, parts['state_dict'][name]), name
    for phase in ('generator', 'critic'):
        ours, theirs = (x['optimizer'][phase]['state'] for x in (whole, parts))
        for number, state in ours.items():
            for key, value in state.items():
                assert torch.equal(value, theirs[number][key])


@pytest.mark.parametrize('model', TRANSLATORS[:2], ids=IDS[:2])
def test_every_checkpoint_has_the_moments_of_its_weights(model, write_config):
    config = write_config(model)
    run(config, 'run')
    cfg = load_config(config)
    from mmseg.registry import DATASETS

    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    for iteration in (2, 4):
        saved = states('run', iteration)['state_dict']
        translator = MODELS.build(cfg.model)
        translator.load_state_dict(saved)
        image = 255 * torch.rand(1, 3, 16, 16)
        translated = translator.translate(image)
        for layer in translator.spatial_norms():
            for route in translator.routes:
                layer.forget(route)
        with pytest.raises(ValueError, match='no domain moments from source to target'):
            translator.translate(image)
        estimate_domain_moments(translator, dataset)
        for name, value in translator.state_dict().items():
            torch.testing.assert_close(value, saved[name], msg=name)
        torch.testing.assert_close(translator.translate(image), translated)


def test_moments_change_nothing_in_training(write_config):
    config = write_config(SEMI2I)
    run(config, 'with')
    run(config, 'without', **{'default_hooks.moments': None})
    ours, theirs = (states(x)['state_dict'] for x in ('with', 'without'))
    for name, value in ours.items():
        if '.domain_' not in name:
            assert torch.equal(value, theirs[name]), name


def test_two_processes_equal_one_with_the_joint_batch(write_config):
    config = write_config(SEMI2I)
    short = ('--cfg-options', 'train_cfg.max_iters=2')
    mmuda('train', config, '--work-dir', 'one', *short, 'train_dataloader.batch_size=4')
    launched = ('--launcher', 'pytorch', '--work-dir', 'two')
    mmuda('train', config, *launched, *short, processes=2)
    ours, theirs = (states(x, 2)['state_dict'] for x in ('one', 'two'))
    for name, value in ours.items():
        # What normalisation takes away has no gradient but rounding.
        if not name.endswith(('bias', 'domain_mean')):
            torch.testing.assert_close(
                value, theirs[name], rtol=1e-3, atol=1e-4, msg=name
            )


def test_a_translator_is_what_the_hook_expects(tmp_path, write_config):
    from mmuda.models.translators import as_translator

    with pytest.raises(ValueError, match='expected a Translator, got Linear'):
        as_translator(torch.nn.Linear(1, 1))
