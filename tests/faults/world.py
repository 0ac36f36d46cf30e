"""A small world in a folder: data, configs, checkpoints, a run that was stopped."""

import shutil
from pathlib import Path

import torch
from conftest import toy_segmentor
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from toy_run import make_data, mmuda, write_config

from mmuda.jobs.config import load_config

IMAGES = """
def images(domain):
    return dict(
        type='FolderDataset', data_root='data', img_suffix='.tif',
        metainfo=dict(classes=('a', 'b', 'c')),
        data_prefix=dict(img_path=domain + '/images'),
        pipeline=[dict(type='LoadRaster'), dict(type='PackRaster')])
"""
COLOURS = f"""
_base_ = ['mmuda::_base_/schedules/fit.py']
model = dict(type='Reinhard', bands=3)
{IMAGES}
train_dataloader = dict(
    batch_size=4, num_workers=0,
    dataset=dict(source=images('source'), target=images('target')))
del images
"""


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
    Path('colours.py').write_text(COLOURS)
    _write_plain(here)
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


def _write_plain(folder):
    model = toy_segmentor(norm=dict(type='BN'))
    model['data_preprocessor'] = dict(type='RasterDataPreprocessor', size_divisor=1)
    optimizers = dict(optimizer=dict(type='SGD', lr=0.1))
    file = write_config(
        folder, 'plain', data='data', model=model.to_dict(), optimizers=optimizers
    )
    with open(file, 'a') as text:
        text.write(
            "train_dataloader['sampler'] = dict(type='SourceSampler')\n"
            "train_dataloader['dataset'].pop('target')\n"
        )


def copy_world(world, folder):
    """A world of one's own to spoil."""
    shutil.copytree(world, folder, symlinks=True, dirs_exist_ok=True)
