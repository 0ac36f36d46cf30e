"""A translator and the segmentor that guides it, which is trained first."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import toy_segmentor
from toy_run import make_data, mmuda, write_config

from mmuda.engine.checkpoint import load_checked
from mmuda.files import sha256_of
from mmuda.jobs.config import load_config
from mmuda.jobs.frozen_segmentor import FROZEN_KEY, FrozenSegmentorHook
from mmuda.jobs.prerequisites import check_all, prerequisites_of, provide
from mmuda.jobs.prerequisites.identity import refuse_other_training

TRANSLATOR = """
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
def images(domain):
    return dict(
        type='FolderDataset', data_root={data!r}, img_suffix='.tif',
        metainfo=dict(classes=('a', 'b', 'c')),
        data_prefix=dict(img_path=domain + '/images'),
        pipeline=[dict(type='LoadRaster'), dict(type='PackRaster')])
train_dataloader = dict(
    num_workers=0, persistent_workers=False,
    dataset=dict(source=images('source'), target=images('target')))
del images
"""
SEMANTIC = dict(type='SemanticConsistencyLoss')


def write_translator(folder, name='guided', guidance=SEMANTIC, segmentor='plain.py'):
    """Config of a CycleGAN."""
    file = folder / f'{name}.py'
    settings = dict(guidance=guidance, segmentor=segmentor, data=str(folder / 'data'))
    file.write_text(TRANSLATOR.format(**settings))
    return file


@pytest.fixture
def folder(tmp_path):
    """Data, and the config of a segmentor that is trained on the source."""
    folder = tmp_path / 'task'
    make_data(folder / 'data')
    model = toy_segmentor()
    model.data_preprocessor = dict(
        type='RasterDataPreprocessor', size_divisor=1, mean=[127.0] * 3, std=[64.0] * 3
    )
    optimizers = dict(optimizer=dict(type='SGD', lr=0.1))
    file = write_config(
        folder, 'plain', model=model.to_dict(), optimizers=optimizers, max_iters=2
    )
    with open(file, 'a') as text:
        text.write(
            "train_dataloader['sampler'] = dict(type='SourceSampler')\n"
            "train_dataloader['dataset'].pop('target')\n"
            'val_cfg = val_dataloader = val_evaluator = None\n'
        )
    return folder


def test_the_segmentor_is_trained_first(folder):
    """By one command; it is not in the translator's checkpoint, which names it."""
    config = write_translator(folder)
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
    other = load_config(write_translator(folder, segmentor='guided.py'))
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
    write_translator(folder, 'other', guidance=None, segmentor=None)
    wide = toy_segmentor(bands=4)
    write_config(folder, 'wide', model=wide.to_dict(), optimizers=dict(optimizer={}))
    config = write_translator(folder, **settings)
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        check_all(load_config(config))
