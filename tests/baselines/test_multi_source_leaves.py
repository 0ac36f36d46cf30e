"""Configs of several sources, as Russo et al. 2019 say."""

import copy
from pathlib import Path

import pytest
from leaves import CONFIGS, read
from mmseg.registry import DATASETS, MODELS

from mmuda.datasets.taxonomy import read_taxonomy
from mmuda.jobs.config import load_config
from mmuda.jobs.data_sets import find_data_set


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
