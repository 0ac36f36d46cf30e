"""The baselines' configs against what their papers and released code say."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from mmcv.transforms import Compose
from mmengine.registry import PARAM_SCHEDULERS

from mmuda.datasets.taxonomy import read_taxonomy
from mmuda.jobs.config import load_config
from mmuda.jobs.data_sets import find_data_set

CONFIGS = Path(__file__).parents[1] / 'configs'


@cache
def read(name):
    return load_config(CONFIGS / f'{name}.py')


def poly(i, length=250_000):
    """Every released code has this, and sets it anew in each iteration."""
    return (1 - i / length) ** 0.9


def clan(i):
    """CLAN's released code: linear for 5 % of 100,000 iterations, then as above."""
    return i / 5000 if i < 5000 else poly(i, 100_000)


CURVES = {
    'adaptsegnet/adaptsegnet-multi_gta5_cityscapes': (poly, (0, 1, 1000, 9999)),
    'adaptsegnet/adaptsegnet-single_hannover_vaihingen': (poly, (0, 1, 1000)),
    'advent/advent_synthia_cityscapes': (poly, (0, 1, 1000)),
    'advent/minent_gta5_cityscapes': (poly, (0, 1, 1000)),
    'multi_source/multi-source_gta5-synthia_cityscapes': (poly, (0, 1, 1000)),
    'maximum_squares/maximum-squares_gta5_cityscapes': (
        lambda i: poly(i, 29_750),
        (0, 1, 1000, 9999),
    ),
    'clan/clan_gta5_cityscapes': (clan, (0, 1, 2500, 4999, 5000, 5001, 9999)),
    'cycada/cycada_gta5_cityscapes': (lambda i: 1.0, (0, 1000)),
}


@pytest.mark.parametrize('name', CURVES)
def test_learning_rate_curve(name):
    """At the given iterations, for the segmentor's rate and the discriminator's."""
    formula, iterations = CURVES[name]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=2.5e-4)
    schedulers = [
        PARAM_SCHEDULERS.build(cfg, default_args=dict(optimizer=optimizer))
        for cfg in read(name).param_scheduler
    ]
    optimizer.step()
    for i in range(max(iterations) + 1):
        if i in iterations:
            found = optimizer.param_groups[0]['lr']
            assert found == pytest.approx(2.5e-4 * formula(i), rel=1e-7, abs=1e-12)
        for scheduler in schedulers:
            scheduler.step()


SGD = dict(type='SGD', lr=2.5e-4, momentum=0.9, weight_decay=5e-4)
ADAM = dict(type='Adam', lr=1e-4, betas=(0.9, 0.99))
SLOW = dict(type='SGD', lr=1e-5, momentum=0.99, weight_decay=5e-4)
RUSSO = dict(type='Adam', lr=1e-4, weight_decay=5e-4)
# Optimizers by phase and iterations: AdaptSegNet, Sect. 4.4, and the released code of
# ADVENT (config.py), CLAN (CLAN_train.py), maximum squares (README.md) and CyCADA
# (train_fcn_adda.py); Russo et al. 2019, Sect. 4.2.
SETTINGS = {
    'adaptsegnet/adaptsegnet-single': (dict(segmentor=SGD, critic=ADAM), 150_000),
    'adaptsegnet/adaptsegnet-single_vgg16': (
        dict(segmentor=SGD, critic=ADAM),
        150_000,
    ),
    'adaptsegnet/adaptsegnet-multi': (dict(segmentor=SGD, critic=ADAM), 150_000),
    'advent/advent': (dict(segmentor=SGD, critic=ADAM), 120_000),
    'advent/minent': (dict(segmentor=SGD), 120_000),
    'clan/clan': (dict(segmentor=SGD, critic=ADAM), 100_000),
    'maximum_squares/maximum-squares': (dict(segmentor=SGD), 29_750),
    'cycada/cycada': (dict(critic=SLOW, align=SLOW, supervise='align'), 100_000),
    'cycada/cycada_fcn8s': (dict(critic=SLOW, align=SLOW, supervise='align'), 100_000),
    'multi_source/multi-source': (dict(segmentor=RUSSO, critic=ADAM), 50_000),
}


@pytest.mark.parametrize('name', SETTINGS)
def test_optimizers_and_length(name):
    optimizers, length = SETTINGS[name]
    source = 'gta5-synthia' if 'multi_source' in name else 'gta5'
    cfg = read(f'{name}_{source}_cityscapes')
    assert cfg.train_cfg.max_iters == length
    assert [phase.name for phase in cfg.model.phases] == list(optimizers)
    for phase, expected in optimizers.items():
        found = cfg.optim_wrapper[phase]
        assert (found if isinstance(found, str) else found.optimizer) == expected
    if 'vgg16' in name:
        assert cfg.optim_wrapper.segmentor.paramwise_cfg is None
    elif 'cycada' not in name:
        rates = cfg.optim_wrapper.segmentor.paramwise_cfg.custom_keys
        assert {key: value.lr_mult for key, value in rates.items()} == dict(
            decode_head=10.0, auxiliary_head=10.0
        )


# Weights of the losses, by objective (same sources).
WEIGHTS = {
    'adaptsegnet/adaptsegnet-single': dict(output=0.001),
    'adaptsegnet/adaptsegnet-single_vgg16': dict(output=0.001),
    'adaptsegnet/adaptsegnet-multi': dict(output=0.001, feature=0.0002),
    'advent/advent': dict(output=0.001, feature=0.0002),
    'advent/minent': dict(output=0.001, feature=0.0002),
    'clan/clan': dict(output=0.001),
    'maximum_squares/maximum-squares': dict(squares=0.1),
    'maximum_squares/maximum-squares-iw': dict(squares=0.1),
    'cycada/cycada': dict(alignment=0.1),
}


@pytest.mark.parametrize('name', WEIGHTS)
@pytest.mark.parametrize('pair', ['gta5_cityscapes', 'synthia_cityscapes'])
def test_weights_and_sizes(name, pair):
    cfg = read(f'{name}_{pair}')
    objectives = dict(cfg.model.objectives)
    objectives.pop('supervision', None)
    assert {key: o.loss_weight for key, o in objectives.items()} == WEIGHTS[name]
    auxiliary = cfg.model.segmentor.get('auxiliary_head')
    if auxiliary:
        assert auxiliary.loss_decode.loss_weight == 0.1  # lambda_seg
    assert cfg.train_dataloader.batch_size == 2
    sizes = [
        next(step.scale for step in d.pipeline if step.type == 'Resize')
        for d in (
            cfg.train_dataloader.dataset.source,
            cfg.train_dataloader.dataset.target,
        )
    ]
    source = (1280, 720) if pair.startswith('gta5') else (1280, 760)
    assert [tuple(size) for size in sizes] == [source, (1024, 512)]


def test_clan():
    """lambda_local is 40 from GTA5 and 10 from SYNTHIA, epsilon 0.4 (Sect. 4.2)."""
    for pair, scale in (('gta5_cityscapes', 40.0), ('synthia_cityscapes', 10.0)):
        output = read(f'clan/clan_{pair}').model.objectives.output
        assert (output.scale, output.floor) == (scale, 0.4)
        assert (output.warm_up, output.duration) == (5000, 100_000)
        assert output.discrepancy_weight == 2 * 0.01


@pytest.mark.parametrize(
    ('pair', 'height', 'width'),
    [('gta5_cityscapes', 1052, 1914), ('synthia_cityscapes', 760, 1280)],
)
def test_cycada_on_fcn8s(pair, height, width):
    """Crops of 768 from images of height 1024; the source model of train_fcn.sh."""
    cfg = read(f'cycada/cycada_fcn8s_{pair}')
    domains = cfg.train_dataloader.dataset
    for pipeline, size in (
        (domains.source.pipeline, (height, width)),
        (domains.target.pipeline, (1024, 2048)),
    ):
        steps = [s for s in pipeline if s.type in ('Resize', 'RandomCrop')]
        results = dict(img=np.zeros((*size, 3), np.uint8), seg_fields=[])
        resized = Compose(steps[:1])(dict(results))['img'].shape
        assert resized[0] == 1024
        assert resized[1] == pytest.approx(size[1] * 1024 / size[0], abs=1)
        assert Compose(steps)(results)['img'].shape == (768, 768, 3)
    assert 'RandomCrop' not in [s.type for s in cfg.test_dataloader.dataset.pipeline]

    assert Path(cfg.source_model).stem == f'source-only_fcn8s_{pair}'
    cfg = load_config(cfg.source_model)
    assert cfg.optim_wrapper.optimizer == dict(SLOW, lr=1e-3)
    assert cfg.optim_wrapper.paramwise_cfg is None
    assert (cfg.train_cfg.max_iters, cfg.param_scheduler) == (100_000, [])
    assert cfg.train_dataloader.batch_size == 2


@pytest.mark.parametrize(
    ('pair', 'branch'),
    [
        ('gta5-synthia_cityscapes', 's2'),
        ('cityscapes-synthia_gta5', 's2'),
        ('cityscapes-gta5_synthia', None),
    ],
)
@pytest.mark.parametrize('method', ['multi-source', 'multi-source-half'])
def test_multi_source(method, pair, branch):
    """Each branch and level has its discriminator, of the classes that it knows."""
    model = read(f'multi_source/{method}_{pair}').model
    for head, level, weight in (
        ('decode_head', 'output', 0.001),
        ('auxiliary_head', 'feature', 0.0002),
    ):
        branches = model.segmentor[head].branches
        assert list(branches) == ['s1', 's2', 'all']
        for name, settings in branches.items():
            known = settings.get('classes') or range(19)
            assert len(known) == (16 if name == branch else 19)
            alignment = model.objectives[f'{level}_{name}']
            assert alignment.sources == settings.sources
            assert alignment.loss_weight == weight
            assert alignment.tap == f'{head}.branches.{name}.conv_seg'
    domains = model.data_preprocessor.domains
    assert {d.mean for d in domains.values()} == {'dataset'}
    assert list(domains) == ['source_0', 'source_1', 'target']


@pytest.mark.parametrize('number', [1, 2, 3])
def test_any_number_of_sources(number):
    """Branches, alignments, means, weights and mini-batch grow with the sources."""
    cities = ['potsdam', 'hannover', 'nienburg'][:number]
    file = CONFIGS / 'multi_source/multi-source_hannover-potsdam_vaihingen.py'
    cfg = load_config(file, source=cities)
    domains = ['source'] if number == 1 else [f'source_{i}' for i in range(number)]
    branches = {f's{i + 1}': [domain] for i, domain in enumerate(domains)}
    branches['all'] = domains
    for name in ('decode_head', 'auxiliary_head'):
        head = cfg.model.segmentor[name]
        assert {n: b.sources for n, b in head.branches.items()} == branches
    objectives = dict(cfg.model.objectives)
    assert objectives.pop('supervision').weights == dict.fromkeys(domains, 1.0)
    expected = {f'{level}_{b}' for b in branches for level in ('output', 'feature')}
    assert set(objectives) == expected
    assert list(cfg.model.data_preprocessor.domains) == [*domains, 'target']
    assert cfg.train_dataloader.batch_size == number + 1
    source = cfg.train_dataloader.dataset.source
    members = [source] if number == 1 else source
    assert [m.data_root for m in members] == [f'data/{city}' for city in cities]
    name = f'multi-source_{"-".join(cities)}_vaihingen'
    assert Path(cfg.work_dir).name == name


def test_synthia_knows_16_classes():
    every, known = (read_taxonomy(f'cityscapes{n}').classes for n in (19, 16))
    classes = find_data_set('synthia').classes
    assert tuple(every[i] for i in classes) == tuple(known)


def test_resolutions():
    """Own size, or half of it in width and height (Russo et al. 2019, Sect. 4.1)."""
    for method, factors in (('multi-source', []), ('multi-source-half', [0.5])):
        cfg = read(f'multi_source/{method}_gta5-synthia_cityscapes')
        dataset = cfg.train_dataloader.dataset
        for member in (*dataset.source, dataset.target, cfg.val_dataloader.dataset):
            steps = [s for s in member.pipeline if s.type == 'Resize']
            assert [step.scale_factor for step in steps] == factors


def test_translated_sources():
    cfg = read('multi_source/multi-source-unit_gta5-synthia_cityscapes')
    for member in cfg.train_dataloader.dataset.source:
        assert member.data_prefix.img_path == 'translated/unit_cityscapes/train'
        assert member.data_prefix.seg_map_path == 'ann_dir/train'
