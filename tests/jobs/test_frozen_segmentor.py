"""A translator and the segmentor that guides it, which is trained first."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import toy_segmentor
from toy_needs import (
    NO_TARGET,
    NOT_MEASURED,
    SCALED,
    write_source_model,
    write_translator,
)
from toy_run import make_data, mmuda, write_config

from mmuda.engine.checkpoint import load_checked
from mmuda.files import sha256_of
from mmuda.jobs.config import load_config
from mmuda.jobs.frozen_segmentor import FROZEN_KEY, FrozenSegmentorHook
from mmuda.jobs.prerequisites import check_all, prerequisites_of, provide
from mmuda.jobs.prerequisites.identity import refuse_other_training

GUIDED = """
_base_ = ['mmuda::_base_/schedules/translation.py']
model = dict(
    type='CycleGAN', generator=dict(channels=4, num_residuals=1),
    discriminator=dict(type='PatchGANDiscriminator', channels=4, num_layers=1),
    guidance={guidance!r})
frozen_segmentor = {segmentor!r}
adam = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=0.001))
optim_wrapper = dict(generator=adam, critic=adam)
train_cfg = dict(type='IterBasedTrainLoop', max_iters=2)
default_hooks = dict(
    logger=dict(interval=1), moments=None, pictures=None)
"""
SEMANTIC = dict(type='SemanticConsistencyLoss')


def write_guided(folder, name='guided', guidance=SEMANTIC, segmentor='plain.py'):
    """Config of a CycleGAN."""
    text = GUIDED.format(guidance=guidance, segmentor=segmentor)
    return write_translator(folder, text, name)


@pytest.fixture
def folder(tmp_path):
    """Data, and the config of a segmentor that is trained on the source."""
    folder = tmp_path / 'task'
    make_data(folder / 'data')
    write_source_model(folder, NO_TARGET, NOT_MEASURED, scaling=SCALED)
    return folder


def test_the_segmentor_is_trained_first(folder):
    """By one command; it is not in the translator's checkpoint, which names it."""
    config = write_guided(folder)
    done = mmuda('train', config)
    assert 'guides the translator is not there yet: mmuda train task/plain.py' in (
        done.stdout
    )
    assert 'loss_semantic: ' in done.stdout
    cfg = load_config(config)
    (guide,) = prerequisites_of(cfg)
    assert guide.is_there()
    checkpoint = load_checked(f'{cfg.work_dir}/iter_2.pth')
    assert checkpoint[FROZEN_KEY] == sha256_of(guide.checkpoint)
    assert not [key for key in checkpoint['state_dict'] if 'backbone' in key]

    # A run goes on under the same segmentor alone.
    provide([guide], cfg)
    (settings,) = (h for h in cfg.custom_hooks if h.type == 'FrozenSegmentorHook')
    hook = FrozenSegmentorHook(**{k: v for k, v in settings.items() if k != 'type'})
    runner = SimpleNamespace(_resume=True)
    hook.after_load_checkpoint(runner, checkpoint)
    with pytest.raises(ValueError, match='guided by a segmentor of sha256 other, work'):
        hook.after_load_checkpoint(runner, {FROZEN_KEY: 'other'})

    # Nor is a translator taken that another one guided.
    other = load_config(write_guided(folder, segmentor='guided.py'))
    with pytest.raises(ValueError, match=r"frozen_segmentor 'plain\.py', .*'guid"):
        refuse_other_training(Path(cfg.work_dir, 'iter_2.pth'), other)


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        (dict(segmentor=None), 'has a guidance, but no segmentor for it'),
        (dict(guidance=None), 'its CycleGAN has no guidance, which would ask it'),
        (dict(segmentor='none.py'), 'frozen_segmentor of .* does not exist'),
        (dict(segmentor='other.py'), 'which trains a CycleGAN, no segmentor'),
        (dict(segmentor='wide.py'), 'takes 4 bands, the translator makes 3'),
    ],
)
def test_refuses_what_can_not_guide(folder, settings, message):
    """Before anything is made, in one line."""
    write_guided(folder, 'other', guidance=None, segmentor=None)
    wide = toy_segmentor(bands=4)
    write_config(folder, 'wide', model=wide.to_dict(), optimizers=dict(optimizer={}))
    config = write_guided(folder, **settings)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        check_all(load_config(config))
