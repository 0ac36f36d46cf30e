"""A small world in a folder: data, configs, checkpoints, a run that was stopped."""

import shutil
from pathlib import Path

import torch
from conftest import toy_segmentor
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from toy_needs import NO_TARGET, write_source_model, write_translator
from toy_run import make_data, mmuda, write_config

from mmuda.jobs.config import load_config


def make_world(folder):
    """Make it in ``folder``, which must be the working folder.

    - ``data``: six images of two domains, with labels
    - ``toy.py``: DANN with random partners; ``mapped.py``: on ``maps/random.csv``;
      ``plain.py``: a segmentor on the source alone; ``colours.py``: a translator
    - ``toy.pth``, ``plain.pth``, ``colours.pth``: weights of theirs
    - ``run``: a run of ``toy.py`` that was stopped after 4 of its 6 iterations
    """
    here = Path()
    assert here.resolve() == Path(folder).resolve()
    make_data(here / 'data')
    write_config(here, data='data')
    write_config(here, 'mapped', data='data', mapping='maps/random.csv')
    write_translator(here, data='data', batch_size=4)
    segmentor = toy_segmentor(norm=dict(type='BN'))
    write_source_model(here, NO_TARGET, segmentor=segmentor, data='data', max_iters=6)
    init_default_scope('mmseg')
    for name in ('toy', 'plain'):
        torch.manual_seed(0)
        model = MODELS.build(load_config(f'{name}.py').model)
        torch.save(dict(state_dict=model.state_dict()), f'{name}.pth')
    mmuda('pair', 'mapped.py', '--strategy', 'random', '--out', 'maps/random.csv')
    mmuda('train', 'toy.py', '--work-dir', 'run')
    Path('run/iter_6.pth').unlink()
    mmuda('train', 'colours.py', '--work-dir', 'fitted')
    shutil.move('fitted/iter_1.pth', 'colours.pth')
    shutil.rmtree('fitted')


def copy_world(world, folder):
    """A world of one's own to spoil."""
    shutil.copytree(world, folder, symlinks=True, dirs_exist_ok=True)
