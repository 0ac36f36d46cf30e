"""Which distribution is installed, and what mmuda makes of it."""

import sys

import pytest
import torch
from mmengine.config import Config
from mmseg.models.decode_heads import decode_head
from mmseg.models.losses import accuracy

from mmuda import stack


@pytest.mark.parametrize('name', stack.STACKS)
def test_a_complete_stack_is_found(name):
    assert stack.choose_stack(set(stack.STACKS[name])) == name


@pytest.mark.parametrize(
    ('found', 'said'),
    [
        (set(), 'found nothing: run `pip install'),
        ({'onedl-mmcv'}, 'found onedl-mmcv: install the missing ones'),
        ({'onedl-mmcv', 'mmengine', 'mmsegmentation'}, 'remove the others'),
        (
            {n for names in stack.STACKS.values() for n in names},
            'in a fresh environment',
        ),
    ],
)
def test_refuses_none_and_mixtures_in_one_line(found, said):
    with pytest.raises(
        ImportError, match='needs one complete OpenMMLab stack'
    ) as error:
        stack.choose_stack(found)
    assert said in str(error.value)
    assert '\n' not in str(error.value)


def test_the_installed_stack_is_one_of_them():
    assert stack.prepare() in stack.STACKS


def test_says_what_to_do_where_opencv_fails(monkeypatch):
    monkeypatch.setitem(sys.modules, 'cv2', None)
    with pytest.raises(ImportError, match='opencv-python-headless'):
        stack.prepare()


def test_configs_of_both_packages_can_be_inherited(tmp_path):
    file = tmp_path / 'child.py'
    file.write_text(
        "_base_ = ['mmseg::_base_/schedules/schedule_20k.py', "
        "'mmuda::_base_/datasets/vaihingen.py']\n"
    )
    cfg = Config.fromfile(file)
    assert cfg.train.type == 'VaihingenCityDataset'
    assert cfg.train_cfg.max_iters == 20000


@pytest.mark.parametrize('scope', ['mmseg', 'mmuda'])
def test_classes_are_found_in_either_scope(scope):
    from mmengine.registry import DefaultScope
    from mmseg.registry import DATA_SAMPLERS, METRICS, MODELS

    with DefaultScope.overwrite_default_scope(scope):
        assert MODELS.get('DomainDataPreprocessor')
        assert MODELS.get('mmuda.EncoderDecoder') is MODELS.get('EncoderDecoder')
        assert MODELS.build(dict(type='DomainDataPreprocessor', size_divisor=1))
        assert MODELS.build(
            dict(type='DomainDataPreprocessor', size_divisor=1, _scope_='mmuda')
        )
        assert METRICS.get('SegmentationMetric')
        assert DATA_SAMPLERS.get('PairedSampler')


@pytest.mark.parametrize('ignored', [0.0, 0.3, 1.0])
@pytest.mark.parametrize('classes', [1, 2, 19])
def test_heads_log_the_accuracy_of_mmseg(classes, ignored):
    """To the last bit, whatever share of the pixels is ignored."""
    generator = torch.Generator().manual_seed(0)
    scores = torch.randn(2, classes, 37, 41, generator=generator)
    labels = torch.randint(classes, (2, 37, 41), generator=generator)
    labels[torch.rand(labels.shape, generator=generator) < ignored] = 255
    for options in ({}, dict(ignore_index=255), dict(topk=1, ignore_index=255)):
        expected = accuracy(scores, labels, **options)
        found = decode_head.accuracy(scores, labels, **options)
        assert found.shape == (1,)
        assert torch.equal(found, expected)
    for empty in (decode_head.accuracy, accuracy):
        assert empty(scores[:0], labels[:0]).tolist() == 0
    assert decode_head.accuracy is not accuracy
