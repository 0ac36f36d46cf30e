"""Optimizers, rates, lengths, weights and rounds, as papers and released code say."""

import copy
from collections import Counter
from pathlib import Path

import pytest
import torch
from leaves import read
from mmengine.optim import build_optim_wrapper
from mmengine.registry import PARAM_SCHEDULERS
from mmseg.registry import MODELS

from mmuda.jobs.config import load_config
from mmuda.jobs.domains import names_of_domains
from mmuda.jobs.prerequisites import LabellingModel


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


def test_learning_rates_of_category_adaptive_adaptation():
    """Sect. 3.2: poly over 250,000; a tenth every 50,000 for the discriminators."""
    schedules = read('category_adaptive/style_gta5_cityscapes').param_scheduler
    expected = dict(segmentor=poly, critic=lambda i: 0.1 ** (i // 50_000))
    assert set(schedules) == set(expected)
    for phase, formula in expected.items():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        (cfg,) = schedules[phase]
        scheduler = PARAM_SCHEDULERS.build(cfg, default_args=dict(optimizer=optimizer))
        optimizer.step()
        for i in range(50_001):
            if i in (0, 1, 49_999, 50_000):
                found = optimizer.param_groups[0]['lr']
                assert found == pytest.approx(formula(i), rel=1e-6), (phase, i)
            scheduler.step()


@pytest.mark.parametrize(
    ('name', 'strategy', 'rounds', 'first'),
    [
        ('bdl/bdl', 'class_median', 2, 'bdl-adapted'),
        ('category_adaptive/category-adaptive', 'category_adaptive', 2, 'style'),
        ('category_adaptive/category-adaptive-once', 'category_adaptive', 1, 'style'),
        ('cbst/cbst', 'class_balanced', 6, None),
    ],
)
@pytest.mark.parametrize('pair', ['gta5_cityscapes', 'hannover_vaihingen'])
def test_rounds(name, strategy, rounds, first, pair):
    """Number, strategy and the model of the first, of the same data."""
    cfg = read(f'{name}_{pair}')
    assert (cfg.pseudo_labels.strategy, cfg.rounds) == (strategy, rounds)
    one = load_config(cfg.filename, options=dict(rounds=1))
    model = LabellingModel(one)
    stem = f'{first}_{pair}' if first else Path(cfg.source_model).stem
    assert Path(model.run.filename).stem == stem
    assert names_of_domains(model.run) == names_of_domains(cfg)
    if rounds > 1:
        assert one.work_dir == f'{cfg.work_dir}_round1'
        before = LabellingModel(cfg).run
        assert before.work_dir == f'{cfg.work_dir}_round{rounds - 1}'
    if strategy == 'class_balanced':
        start = 0.15 if pair.startswith('gta5') else 0.2
        expected = [start + 0.05 * number for number in range(6)]
        assert cfg.pseudo_labels.portion == pytest.approx(expected)


SGD = dict(type='SGD', lr=2.5e-4, momentum=0.9, weight_decay=5e-4)
ADAM = dict(type='Adam', lr=1e-4, betas=(0.9, 0.99))
SLOW = dict(type='SGD', lr=1e-5, momentum=0.99, weight_decay=5e-4)
# The two steps of its segmentor have one optimizer.
CYCADA = dict(critic=SLOW, align=SLOW, supervise='align')
RUSSO = dict(type='Adam', lr=1e-4, weight_decay=5e-4)
# Optimizers by phase and iterations: AdaptSegNet, Sect. 4.4, and the released code of
# ADVENT (config.py), BDL (BDL.py), CLAN (CLAN_train.py), maximum squares (README.md)
# and CyCADA (train_fcn_adda.py); Russo et al. 2019, Sect. 4.2; Wang et al. 2021, 3.2.
SETTINGS = {
    'adaptsegnet/adaptsegnet-single': (dict(segmentor=SGD, critic=ADAM), 150_000),
    'adaptsegnet/adaptsegnet-single_vgg16': (
        dict(segmentor=SGD, critic=ADAM),
        150_000,
    ),
    'adaptsegnet/adaptsegnet-multi': (dict(segmentor=SGD, critic=ADAM), 150_000),
    'advent/advent': (dict(segmentor=SGD, critic=ADAM), 120_000),
    'bdl/bdl-adapted': (dict(segmentor=SGD, critic=ADAM), 80_000),
    'bdl/bdl': (dict(segmentor=SGD, critic=ADAM), 120_000),
    'category_adaptive/style': (dict(segmentor=SGD, critic=ADAM), 80_000),
    'category_adaptive/category-adaptive': (
        dict(segmentor=SGD, critic=ADAM),
        120_000,
    ),
    'advent/minent': (dict(segmentor=SGD), 120_000),
    'clan/clan': (dict(segmentor=SGD, critic=ADAM), 100_000),
    'maximum_squares/maximum-squares': (dict(segmentor=SGD), 29_750),
    'cycada/cycada': (CYCADA, 100_000),
    'cycada/cycada_fcn8s': (CYCADA, 100_000),
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
        expected = dict(decode_head=10.0, auxiliary_head=10.0)
        if 'maximum_squares' in name:
            expected['backbone.bn1'] = 0.0
        assert {key: value.lr_mult for key, value in rates.items()} == expected


# Weights of the losses, by objective (same sources).
WEIGHTS = {
    'adaptsegnet/adaptsegnet-single': dict(output=0.001),
    'adaptsegnet/adaptsegnet-single_vgg16': dict(output=0.001),
    'adaptsegnet/adaptsegnet-multi': dict(output=0.001, feature=0.0002),
    'advent/advent': dict(output=0.001, feature=0.0002),
    'bdl/bdl-adapted': dict(output=0.001),
    'category_adaptive/original': dict(output=0.001),
    'category_adaptive/style': dict(output=0.001, style=0.001),
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


def test_parameters_that_learn_in_maximum_squares():
    """All but scale and shift of the first layer, 64 channels (deeplab_multi.py)."""
    cfg = read('maximum_squares/maximum-squares_gta5_cityscapes')
    cfg = copy.deepcopy(cfg)
    cfg.model.segmentor.backbone.init_cfg = None
    model = MODELS.build(cfg.model)
    (optimizer,) = build_optim_wrapper(model, cfg.optim_wrapper).values()
    rates = {p: g['lr'] for g in optimizer.param_groups for p in g['params']}
    learn = Counter()
    for parameter in model.parameters():
        learn[rates[parameter]] += parameter.numel()
    # torchvision's ResNet-101 without its classifier, and four convolutions.
    backbone = 44_549_160 - (2048 * 1000 + 1000)
    assert learn == {0.0: 128, 2.5e-4: backbone - 128, 2.5e-3: 4 * (9 * 2048 * 19 + 19)}
    norms = sum(
        p.numel()
        for module in model.modules()
        if isinstance(module, torch.nn.BatchNorm2d)
        for p in module.parameters()
        if p.requires_grad
    )
    assert norms == 105_344
