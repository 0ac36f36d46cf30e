"""Street scenes as handed out, through converter, training and evaluation."""

import json
import runpy
import sys
from pathlib import Path

import pytest
from conftest import toy_segmentor
from toy_run import mmuda

from mmuda.jobs.augmentation import augmented_pipeline
from mmuda.jobs.config import load_config
from mmuda.jobs.training import train

ROOT = Path(__file__).parents[2]

from street_trees import MAKE, SIZE  # noqa: E402

CONFIG = """
_base_ = 'mmuda::_base_/default_runtime.py'
source, target = {source!r}, {target!r}
trains_on = {trains_on!r}
model = {model!r}
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.01))
train_dataloader = dict(
    batch_size=1, num_workers=0, sampler=dict(type='SourceSampler'),
    dataset=dict(type='DomainConcatDataset', source={options!r}))
val_dataloader = dict(
    batch_size=1, num_workers=0, dataset={options!r},
    sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader
val_evaluator = dict(type='SegmentationMetric', out='figures.json')
test_evaluator = val_evaluator
train_cfg = dict(type='IterBasedTrainLoop', max_iters=2, val_interval=2)
default_hooks = dict(checkpoint=dict(interval=2), logger=dict(interval=1))
"""


@pytest.fixture
def converted(tmp_path, monkeypatch):
    """Data sets below ``data/``, made by the tools from fabricated trees."""

    def convert(*names):
        for name in names:
            raw = MAKE[name](tmp_path / 'raw' / name)
            monkeypatch.setattr(sys, 'argv', [f'{name}.py', str(raw)])
            tool = ROOT / 'tools' / 'dataset_converters' / f'{name}.py'
            runpy.run_path(str(tool), run_name='__main__')

    return convert


def write_config(source, target, num_classes=None, options=None, trains_on='source'):
    model = toy_segmentor(num_classes=num_classes)
    model.data_preprocessor = dict(type='RasterDataPreprocessor', size_divisor=4)
    file = Path(f'source-only_{source}_{target}.py').resolve()
    text = CONFIG.format(
        source=source,
        target=target,
        trains_on=trains_on,
        model=model.to_dict(),
        options=options or {},
    )
    file.write_text(text)
    return str(file)


def test_augmentation_sees_images_as_the_test_does():
    """The resizing of the dataset comes before the flips."""
    cfg = load_config(write_config('gta5', 'cityscapes'))
    pipeline = augmented_pipeline(cfg)
    assert [s.type for s in pipeline] == ['LoadRaster', 'Resize', 'TestTimeAug']
    assert pipeline[1].scale == (1024, 512)
    assert pipeline[0].bands == ['red', 'green', 'blue']


@pytest.mark.parametrize(
    ('source', 'target', 'num_classes', 'settings'),
    [
        ('synthia', 'cityscapes', 19, {}),
        (
            'synthia',
            'gta5',
            16,
            dict(options=dict(mapping='cityscapes19_to_cityscapes16')),
        ),
        ('gta5', 'camvid', 11, dict(trains_on='target')),
    ],
)
def test_converted_data_trains(source, target, num_classes, settings, converted):
    """Two iterations and a validation, with the base configs as they are."""
    converted(source, target)
    cfg = load_config(write_config(source, target, **settings))
    assert cfg.model.decode_head.num_classes == num_classes
    train(cfg)
    figures = json.loads(Path('figures.json').read_text())
    means = [k for k in figures if k.startswith('mIoU')]
    expected = ['mIoU', 'mIoU16', 'mIoU13'] if num_classes == 19 else ['mIoU']
    assert means == expected
    assert all(figures[k] is not None for k in means)
    assert sum(k.startswith('IoU.') for k in figures) == num_classes
    assert Path(cfg.work_dir, 'iter_2.pth').is_file()


def test_the_tools_train_and_test_converted_data(converted):
    """GTA5 to Cityscapes by `mmuda train` and `mmuda test`."""
    converted('gta5', 'cityscapes')
    file = write_config('gta5', 'cityscapes')
    mmuda('train', file)
    cfg = load_config(file)
    checkpoint = Path(cfg.work_dir, 'iter_2.pth')
    done = mmuda('test', file, checkpoint, '--out', 'predictions')
    for name in ('aAcc', 'mIoU', 'mIoU16', 'mIoU13', 'IoU.bicycle'):
        assert name in done.stdout
    import cv2

    predictions = sorted(Path('predictions').rglob('*.png'))
    assert len(predictions) == 2
    mmuda('test', file, checkpoint, '--work-dir', 'tta', '--tta')
    assert json.loads(Path('tta/test.json').read_text())['aAcc'] > 0
    # As large as the labels, though the network saw 1024 x 512 pixels.
    assert cv2.imread(str(predictions[0]), cv2.IMREAD_UNCHANGED).shape[:2] == SIZE
