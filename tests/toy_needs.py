"""What toy runs need, as config files: a model of the source alone, a translator."""

from conftest import toy_segmentor
from toy_run import write_config

SOURCE_ALONE = "train_dataloader['sampler'] = dict(type='SourceSampler')"
NO_TARGET = "train_dataloader['dataset'].pop('target')"
NOT_MEASURED = 'val_cfg = val_dataloader = val_evaluator = None'
SCALED = dict(mean=[127.0] * 3, std=[64.0] * 3)

TRANSLATOR = """
{text}
def images(domain):
    return dict(
        type='FolderDataset', data_root={data!r}, img_suffix='.tif',
        metainfo=dict(classes=('a', 'b', 'c')),
        data_prefix=dict(img_path=domain + '/images'),
        pipeline=[dict(type='LoadRaster'), dict(type='PackRaster')])
train_dataloader = dict(
    num_workers=0, persistent_workers=False,
    dataset=dict(source=images('source'), target=images('target')), **{loader!r})
del images
"""
COLOURS = """
_base_ = ['mmuda::_base_/schedules/fit.py']
model = dict(type='Reinhard', bands=3)
"""


def write_source_model(
    folder, *lines, name='plain', segmentor=None, scaling=None, lr=0.1, **settings
):
    """Config of a segmentor that is trained on the source alone.

    ``lines`` stand at its end, ``settings`` are those of ``write_config``.
    """
    model = (segmentor or toy_segmentor()).to_dict()
    model['data_preprocessor'] = dict(
        type='RasterDataPreprocessor', size_divisor=1, **(scaling or {})
    )
    optimizers = dict(optimizer=dict(type='SGD', lr=lr))
    settings = dict(max_iters=2, optimizers=optimizers) | settings
    file = write_config(folder, name, model=model, **settings)
    with open(file, 'a') as text:
        text.writelines(f'{line}\n' for line in (SOURCE_ALONE, *lines))
    return file


def write_translator(folder, text=COLOURS, name='colours', data=None, **loader):
    """Config of a translator, by default of one that is fitted in one pass.

    ``text`` says all but the data; ``loader`` are settings of how it is loaded.
    """
    file = folder / f'{name}.py'
    data = str(data or folder / 'data')
    file.write_text(TRANSLATOR.format(text=text, data=data, loader=loader))
    return file
