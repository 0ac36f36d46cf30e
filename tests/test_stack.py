"""Which distribution is installed, and what mmuda makes of it."""

import sys

import pytest
from mmengine.config import Config

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
