"""Baselines that are chains of runs: what is trained on what, by which settings."""

from functools import cache
from pathlib import Path

import pytest
from conftest import toy_adaptor, toy_optimizers
from toy_run import make_data

from mmuda.jobs.config import load_config
from mmuda.jobs.pairing.make import make_mapping
from mmuda.jobs.prerequisites import TranslatorModel, check_all, prerequisites_of

CONFIGS = Path(__file__).parents[1] / 'configs'


@cache
def read(name):
    return load_config(CONFIGS / f'{name}.py')


@pytest.mark.parametrize('pair', ['gta5_cityscapes', 'synthia_cityscapes'])
def test_maximum_squares_at_two_levels(pair):
    """The last command of the released code's README."""
    cfg = read(f'maximum_squares/maximum-squares-multi_{pair}')
    objectives = cfg.model.objectives
    assert (objectives.squares.loss_weight, objectives.squares.ratio) == (0.09, 0.2)
    guidance = objectives.guidance
    assert guidance.loss_weight == pytest.approx(0.09 * 0.1)
    assert guidance.threshold == 0.95
    # It starts from a source model of two levels, both of which learn the source.
    (source,) = prerequisites_of(cfg)
    for model in (cfg.model.segmentor, source.run.model):
        assert model.auxiliary_head.loss_decode.loss_weight == 0.1
        assert model.auxiliary_head.in_channels == 1024
    assert source.run.source == cfg.source


STRATEGIES = {
    'random': ['MappingFile'],
    'approximation': ['SourceModel', 'MappingFile'],
    'ground_truth': ['MappingFile'],
}


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_cyclegans_of_semsim_are_paired(strategy):
    """Gritzner and Ostermann 2020, Sect. 5.2: one translator per mapping, one model."""
    words = '' if strategy == 'approximation' else f'-{strategy.replace("_", "-")}'
    name = f'cyclegan{words}_hannover_vaihingen'
    cfg = read(f'semsim/source-only_{name}')
    translator, _ = check_all(cfg)
    assert isinstance(translator, TranslatorModel)
    run = translator.run
    assert Path(run.filename).stem == name
    assert run.pairing.strategy == strategy
    assert [type(p).__name__ for p in check_all(run)] == STRATEGIES[strategy]
    assert cfg.oracle == run.oracle == (strategy == 'ground_truth')
    # All else is as without a mapping, or without a translator.
    plain = read('cyclegan/cyclegan-semsim_hannover_vaihingen')
    for key in ('model', 'optim_wrapper', 'param_scheduler', 'train_cfg'):
        assert run[key] == plain[key], key
    assert run.train_dataloader.sampler == plain.train_dataloader.sampler
    source_only = read('semsim/source-only_hannover_vaihingen')
    for key in ('model', 'optim_wrapper', 'train_cfg', 'train_dataloader'):
        assert cfg[key] == source_only[key], key


PAIRED = """
_base_ = 'mmuda::_base_/default_runtime.py'
labels = dict(type='LoadLabels', num_classes=3)
pipeline = [dict(type='LoadRaster'), labels, dict(type='PackRaster')]
datasets = {{
    name: dict(train=dict(
        type='FolderDataset', data_root={data!r} + '/' + folder, img_suffix='.tif',
        data_prefix=dict(img_path='images', seg_map_path='labels'), pipeline=pipeline,
        metainfo=dict(classes=('a', 'b', 'c'), palette=[[0] * 3] * 3)))
    for name, folder in (('here', 'source'), ('there', 'target'))}}
source, target = 'here', 'there'
model = {model!r}
optim_wrapper = {optimizers!r}
train_pipeline = {pipeline!r}
pairing = dict(strategy='ground_truth')
train_cfg = dict(type='IterBasedTrainLoop', max_iters=1)
train_dataloader = dict(
    batch_size=2, num_workers=0, sampler=dict(type='PairedSampler'),
    dataset=dict(type='DomainConcatDataset'))
val_cfg = val_evaluator = test_cfg = test_evaluator = None
"""


def test_a_translator_is_paired_as_a_segmentor_is(tmp_path):
    """Though its own data sets have no labels: the same partners, by Eq. 1."""
    make_data(tmp_path / 'data')
    translator = dict(type='ColorMapGAN', levels=2)
    images_alone = [dict(type='LoadRaster'), dict(type='PackRaster')]
    found = []
    for name, model, pipeline in (
        ('translator', translator, images_alone),
        ('segmentor', toy_adaptor().to_dict(), None),
    ):
        file = tmp_path / f'{name}.py'
        settings = dict(model=model, optimizers=toy_optimizers(), pipeline=pipeline)
        file.write_text(PAIRED.format(data=str(tmp_path / 'data'), **settings))
        cfg = load_config(file)
        source = cfg.train_dataloader.dataset.source
        assert ('seg_map_path' in source.data_prefix) == (name == 'segmentor')
        found.append(make_mapping(cfg, 'ground_truth'))
    assert found[0].source == found[1].source
    assert found[0].target == found[1].target
    for score in found[0].score:
        assert 0 < score[0] < 1


PIPELINES = {
    'dcan/dcan-translated': ['TranslatorModel', 'TranslatedImages'],
    'curriculum/curriculum-landmarks': ['LabellingModel', 'PseudoLabels'],
    'fcns_wild/fcns-wild_dilated-vgg16': ['SourceModel'],
}


@pytest.mark.parametrize('name', PIPELINES)
def test_pipelines(name):
    """What each needs, all of it for the same data; with --demo a start, too."""
    file = CONFIGS / f'{name}_hannover_vaihingen.py'
    cfg = load_config(file, demo=True, source='potsdam')
    start = [] if 'fcns' in name else ['SourceModel']
    needed = check_all(cfg)
    assert [type(p).__name__ for p in needed] == start + PIPELINES[name]
    for run in (p.run for p in needed if p.run is not None):
        assert run.source == 'potsdam'
        assert run.work_dir.startswith('work_dirs/demo/')
