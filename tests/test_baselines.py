"""The baselines' configs against what their papers and released code say."""

import copy
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from mmcv.transforms import Compose
from mmengine.optim import build_optim_wrapper
from mmengine.registry import PARAM_SCHEDULERS
from mmseg.registry import DATASETS, MODELS

from mmuda.datasets.taxonomy import read_taxonomy
from mmuda.jobs.config import load_config
from mmuda.jobs.data_sets import find_data_set
from mmuda.jobs.domains import names_of_domains
from mmuda.jobs.prerequisites import LabellingModel

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


def noise(size):
    """An image of this height and width."""
    return np.random.default_rng(0).integers(256, size=(*size, 3), dtype=np.uint8)


def samples(cfg, domain, size, number=400):
    """What a config makes of one image of noise, and of its first band as labels."""
    pipeline = cfg.train_dataloader.dataset[domain].pipeline
    steps = Compose([s for s in pipeline if not s.type.startswith(('Load', 'Pack'))])
    np.random.seed(0)
    image = noise(size)
    for _ in range(number):
        results = dict(img=image, img_shape=size, seg_fields=[])
        if domain == 'source':
            results.update(gt_seg_map=image[..., 0], seg_fields=['gt_seg_map'])
        yield steps(results)


def rate(found, number=400):
    """Share of the samples, equal to the probabilities that it may well come from."""
    share = sum(found) / number
    return pytest.approx(share, abs=4 * (0.25 / number) ** 0.5)


# Width and height: 0.8, 1.1 and 1 times that of the data set. (The released code cuts
# fractions off, 819 x 409, where mmcv rounds.)
CLAN_SIZES = {
    ('gta5', 'source'): [(1024, 576), (1408, 792), (1280, 720)],
    ('synthia', 'source'): [(1024, 608), (1408, 836), (1280, 760)],
    ('gta5', 'target'): [(819, 410), (1126, 563), (1024, 512)],
}


@pytest.mark.parametrize(('pair', 'domain'), CLAN_SIZES)
def test_clan_scales_and_mirrors_both_domains(pair, domain):
    """gta5_dataset.py and the like: three tenths smaller, three tenths larger."""
    cfg = read(f'clan/clan_{pair}_cityscapes')
    found = list(samples(cfg, domain, (26, 48), 100))
    sizes = [result['img'].shape[1::-1] for result in found]
    for size, share in zip(CLAN_SIZES[pair, domain], (0.3, 0.3, 0.4), strict=True):
        assert share == rate([s == size for s in sizes], 100)
    assert rate([result['flip'] for result in found], 100) == 0.5
    if domain == 'source':
        for result in found:
            assert result['gt_seg_map'].shape == result['img'].shape[:2]


def test_clan_on_cities():
    """Patches are not resized before, and the test sees all images as they are."""
    cfg = read('clan/clan_hannover_vaihingen')
    sizes = {r['img'].shape[0] for r in samples(cfg, 'target', (224, 224), 30)}
    assert sizes == {179, 224, 246}
    for file in ('clan/clan_hannover_vaihingen', 'clan/clan_gta5_cityscapes'):
        steps = [s.type for s in read(file).test_dataloader.dataset.pipeline]
        assert not {'RandomChoice', 'RandomFlip'} & set(steps)


@pytest.mark.parametrize('method', ['maximum-squares', 'maximum-squares-iw'])
@pytest.mark.parametrize('domain', ['source', 'target'])
def test_maximum_squares_mirrors_and_blurs(method, domain):
    """cityscapes_Dataset.py: a half of the images each, of both domains."""
    cfg = read(f'maximum_squares/{method}_hannover_vaihingen')
    sharp = noise((12, 16))
    flips, blurs = [], []
    for result in samples(cfg, domain, (12, 16)):
        flips.append(result['flip'])
        image = result['img'][:, ::-1] if result['flip'] else result['img']
        assert image.shape == sharp.shape
        blurs.append(not np.array_equal(image, sharp))
    assert rate(flips) == 0.5
    # The narrowest change nothing in eight bits.
    assert sum(blurs) / len(blurs) == pytest.approx(0.42, abs=0.08)


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


@pytest.mark.parametrize('domain', ['source', 'target'])
def test_cyclegan_crops_enlarged_patches(domain):
    """load_size 286, crop_size 256, no_flip off (options/base_options.py)."""
    cfg = read('cyclegan/cyclegan_hannover_vaihingen')
    steps = cfg.train_dataloader.dataset[domain].pipeline
    enlarged = Compose(steps[1:2])(dict(img=np.zeros((256, 256, 3), np.uint8)))
    assert enlarged['img'].shape == (286, 286, 3)
    results = list(samples(cfg, domain, (256, 256), 60))
    assert {result['img'].shape for result in results} == {(256, 256, 3)}
    assert rate([result['flip'] for result in results], 60) == 0.5
    corners = {tuple(result['img'][0, 0]) for result in results}
    assert len(corners) > 30  # places of the crop

    cfg = read('cyclegan/cyclegan-semsim_hannover_vaihingen')
    for result in samples(cfg, domain, (224, 224), 10):
        np.testing.assert_array_equal(result['img'], noise((224, 224)))


@pytest.mark.parametrize('name', ['gta5', 'synthia'])
def test_the_target_is_measured_on_the_first_500(name, tmp_path):
    """Russo et al. 2019, Sect. 4.1; as a source all images are used."""
    for split in ('train', 'val'):
        for kind in ('img_dir', 'ann_dir'):
            (tmp_path / kind / split).mkdir(parents=True)
            for i in range(503):
                (tmp_path / kind / split / f'{i:05d}.png').touch()
    data_set = find_data_set(name)
    found = {}
    for split in ('train', 'val'):
        cfg = dict(getattr(data_set, split), data_root=str(tmp_path), pipeline=[])
        built = DATASETS.build(cfg)
        found[split] = [
            Path(built.get_data_info(i)['img_path']).stem for i in range(len(built))
        ]
    assert found['train'] == [f'{i:05d}' for i in range(503)]
    assert found['val'] == [f'{i:05d}' for i in range(500)]


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


LSD = {
    'lsd_synthia': (512, 1024, 16),
    'lsd_gta5': (512, 1024, 19),
    'lsd_640x320_synthia': (320, 640, 16),
    'lsd_512x256_synthia': (256, 512, 16),
    'source-only_640x320_synthia': (320, 640, 16),
    'lsd-feature-space_synthia': (320, 640, 16),
    'lsd-no-patch_synthia': (320, 640, 16),
    'lsd-no-auxiliary_synthia': (320, 640, 16),
    'lsd-released-code_synthia': (320, 640, 19),
}


@pytest.mark.parametrize('name', LSD)
def test_sizes_and_classes_of_lsd(name):
    """Sect. 4, Table 3; images keep their aspect ratio, the test sees them whole."""
    height, width, classes = LSD[name]
    cfg = read(f'lsd/{name}_cityscapes')
    assert cfg.model.get('segmentor', cfg.model).decode_head.num_classes == classes
    domains = cfg.train_dataloader.dataset
    pipelines = [domains.source.pipeline, cfg.test_dataloader.dataset.pipeline]
    shapes = []
    for pipeline, size in zip(pipelines, [(760, 1280), (1024, 2048)], strict=True):
        steps = [s for s in pipeline if s.type in ('Resize', 'RandomCrop')]
        results = dict(img=np.zeros((*size, 3), np.uint8), seg_fields=[])
        shapes.append(
            (Compose(steps)(results)['img'] if steps else results['img']).shape
        )
    whole = (1024, 2048) if 'released' in name else (height, width)
    assert shapes == [(height, width, 3), (*whole, 3)]


@pytest.mark.parametrize('name', ['lsd', 'lsd-released-code'])
def test_lsd(name):
    """Sect. 4, and train.py of the released code; alpha and beta in terms of means."""
    cfg = read(f'lsd/{name}_synthia_cityscapes')
    released = name != 'lsd'
    gan = dict(type='Adam', lr=1e-4 if released else 2e-4, betas=(0.7, 0.999))
    expected = dict(critic=gan, generator=gan, segmentor=dict(type='Adam', lr=1e-5))
    assert [phase.name for phase in cfg.model.phases] == list(expected)
    for phase, optimizer in expected.items():
        assert cfg.optim_wrapper[phase].optimizer == optimizer
    assert (cfg.train_cfg.max_iters, cfg.train_dataloader.batch_size) == (100_000, 2)
    objective = cfg.model.objectives.alignment
    # The segmentation loss is a sum over 320 x 640 pixels, those of D over 40 x 80.
    assert objective.alpha == objective.beta == 0.1 * (40 * 80) / (320 * 640)
    # Of L_G relative to the labelling loss: sums of 40 x 80, and a mean.
    weights = dict(auxiliary=1.0, adversarial=0.1, reconstruction=1 / 3200)
    assert objective.get('generator_weights') == (weights if released else None)
    assert objective.get('labels_real', False) == released
    if released:
        (step,) = cfg.param_scheduler.segmentor
        assert step.milestones == [8 * 2975 * n for n in (1, 2, 3, 4)]
        assert cfg.optim_wrapper.segmentor.paramwise_cfg == dict(bias_lr_mult=2.0)
        assert cfg.param_scheduler.critic == cfg.param_scheduler.generator == []
    else:
        assert cfg.param_scheduler == []


def test_lsd_on_an_unseen_domain():
    """Table 5: CamVid in the ids of the 16 classes, ten of which it has."""
    cfg = read('lsd/lsd-camvid_synthia_cityscapes')
    assert cfg.model == read('lsd/lsd_synthia_cityscapes').model
    test = {k: v for k, v in cfg.test_dataloader.dataset.items() if k != 'pipeline'}
    dataset = DATASETS.build(dict(test, pipeline=[], lazy_init=True))
    camvid, classes = read_taxonomy('camvid11').classes, dataset.metainfo['classes']
    assert classes == tuple(read_taxonomy('cityscapes16').classes)
    labels = dataset.get_label_map(classes)
    named = {camvid[i]: classes[n] for i, n in labels.items() if i < 11 and n != 255}
    assert len(set(named.values())) == 10
    assert set(camvid) - set(named) == {'bicyclist'}
    assert named['pavement'] == 'sidewalk'
    assert cfg.test_evaluator == dict(type='SegmentationMetric')


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


def test_s_all_with_a_network_of_its_own():
    """conv5 and conv4 of the second backbone; each network is AdaptSegNet's."""
    two = read('multi_source/multi-source-two-networks_gta5-synthia_cityscapes')
    one = read('multi_source/multi-source_gta5-synthia_cityscapes')
    segmentor = copy.deepcopy(two.model.segmentor)
    assert segmentor.backbone.backbone == one.model.segmentor.backbone
    for head, index in (('decode_head', 7), ('auxiliary_head', 6)):
        assert segmentor[head].branches['all'].pop('in_index') == index
        assert segmentor[head] == one.model.segmentor[head]
    assert two.model.objectives == one.model.objectives
    assert two.optim_wrapper == one.optim_wrapper
    assert two.val_evaluator == one.val_evaluator
    sizes = {}
    for cfg in (one, two):
        model = MODELS.build(cfg.model.segmentor)
        sizes[cfg.filename] = sum(p.numel() for p in model.backbone.parameters())
    assert list(sizes.values()) == [42_500_160, 2 * 42_500_160]


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
