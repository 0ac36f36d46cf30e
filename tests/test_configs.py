"""Every config: readable, buildable, trainable with --demo."""

import copy
import json
import os
import textwrap
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS

from mmuda.datasets import HannoverCityDataset, VaihingenCityDataset
from mmuda.demo.stand_in import make_stand_in
from mmuda.jobs.config import load_config
from mmuda.jobs.domains import names_of_domains
from mmuda.jobs.inheritance import depth
from mmuda.jobs.pairing.strategies import ORACLES
from mmuda.jobs.prerequisites import (
    LabellingModel,
    MappingFile,
    PseudoLabels,
    SourceModel,
    TranslatorModel,
    prerequisites_of,
)
from mmuda.jobs.pseudo_labels import LABELS
from mmuda.jobs.pseudo_labels.make import write_labels
from mmuda.jobs.translation import is_translator
from mmuda.jobs.translation.jobs import begin
from mmuda.jobs.translation.source import translation_hook

CONFIGS = Path(__file__).parents[1] / 'configs'
# Those for one's own data need some: tests/test_networks.py.
NOT_HERE = {'_base_', 'own', 'plans'}
LEAVES = sorted(p for p in CONFIGS.rglob('*.py') if NOT_HERE.isdisjoint(p.parts))
CITIES = ('vaihingen', 'potsdam', 'hannover', 'buxtehude', 'nienburg')
PAIRS = [(s, t) for s in CITIES for t in CITIES if s != t]

# What a config trains, by its name; `test_kinds` holds them against the models.
LEARNED = ('semi2i', 'cyclegan', 'colormapgan', 'unit', 'munit', 'drit', 'generator')
CLASSICAL = [p for p in LEAVES if p.parent.name == 'colour_transfer']
TRANSLATORS = [p for p in LEAVES if p.stem.split('_')[0].split('-')[0] in LEARNED]
PLAIN = [p for p in LEAVES if p.stem.startswith(('source-only', 'target-only', 'unet'))]
ADAPTED = [p for p in LEAVES if p not in [*CLASSICAL, *TRANSLATORS, *PLAIN]]
# These are models of other configs, on translated images; a segmentor guides those.
OTHER_IMAGES = ('bdl-second', 'cycada-translated', 'source-only_translated')
GUIDED = ('cyclegan-perceptual', 'cyclegan-semantic')
# What is trained after a translator or a guide: tests/test_chains.py.
CHAINED = [p for p in LEAVES if p.stem.startswith(('bdl', *OTHER_IMAGES, *GUIDED))]


def named(files):
    """Parameters of a test: the files, called by their names."""
    return pytest.mark.parametrize('file', files, ids=[p.stem for p in files])


@cache
def read(file, **how):
    """A config as a command loads it, each once; not to be changed."""
    return load_config(str(file), **how)


def leaf(name):
    return read(CONFIGS / name)


def build(cfg):
    """The model of a config; nobody looks at its weights, which are not drawn."""
    model = copy.deepcopy(cfg.model)
    segmentor = model.get('segmentor', model)
    if 'backbone' in segmentor:
        segmentor.backbone.init_cfg = None
    with pytest.MonkeyPatch.context() as patch:
        for name in ('kaiming_uniform_', 'uniform_', 'normal_', 'trunc_normal_'):
            patch.setattr(torch.nn.init, name, lambda tensor, *_, **__: tensor)
        return MODELS.build(model)


@named(LEAVES)
def test_names(file):
    """method_[what_]source_target, listed in the folder's README and metafile."""
    cfg = read(file)
    assert len(file.stem.split('_')) in (3, 4)
    assert tuple(file.stem.split('_')[-2:]) == names_of_domains(cfg)
    assert cfg.work_dir == f'work_dirs/{file.parent.name}/{file.stem}'
    for listing in ('README.md', 'metafile.yml'):
        assert file.name in (file.parent / listing).read_text()


@named(LEAVES)
def test_kinds(file):
    """A config trains what its name says; published settings and overlay load."""
    cfg = read(file)
    assert is_translator(cfg) == (file in [*CLASSICAL, *TRANSLATORS])
    assert (cfg.model.type == 'DomainAdaptor') == (file in ADAPTED)
    assert read(file, small=True).work_dir == cfg.work_dir.replace(
        'work_dirs', 'work_dirs/small'
    )


@named(LEAVES)
def test_inherits_at_most_four_times_over(file):
    """The file of MMSeg counts."""
    assert depth(file) <= 4


# These differ from LSD in one setting.
ABLATIONS = [
    CONFIGS / f'lsd/lsd-{what}_hannover_vaihingen.py'
    for what in ('control', 'no-patch', 'no-auxiliary')
]
# Other pairs of a method differ in their data; SYNTHIA's branch knows 16 classes.
BUILT = [
    p
    for p in ADAPTED
    if p.stem.endswith('_vaihingen')
    and p not in ABLATIONS
    and not p.stem.startswith(OTHER_IMAGES)
]
# And in the network alone.
BUILT.remove(CONFIGS / 'fcns_wild/fcns-wild_dilated-vgg16_hannover_vaihingen.py')
BUILT.append(CONFIGS / 'multi_source/multi-source_gta5-synthia_cityscapes.py')


@named(BUILT)
def test_optimizers_share_no_parameters_of_critics(file):
    """Every parameter learns; critics and segmentors never share an optimizer."""
    cfg = read(file)
    model = build(cfg)
    optimizers = build_optim_wrapper(model, cfg.optim_wrapper)
    names = {p: n for n, p in model.named_parameters() if p.requires_grad}
    learned = set()
    for wrapper in optimizers.values():
        owners = {
            names[p].split('.')[0]
            for group in wrapper.optimizer.param_groups
            for p in group['params']
        }
        assert len(owners) == 1
        learned |= {
            names[p] for g in wrapper.optimizer.param_groups for p in g['params']
        }
    assert learned == set(names.values())


@named([p for p in TRANSLATORS if p not in CHAINED])  # the same, with a guide
def test_translators_never_teach_a_critic_and_a_generator_at_once(file):
    """And teach every parameter that may learn."""
    cfg = read(file)
    model = build(cfg)
    optimizers = build_optim_wrapper(model, cfg.optim_wrapper)
    names = {p: n for n, p in model.named_parameters() if p.requires_grad}
    learned = set()
    for wrapper in optimizers.values():
        groups = wrapper.optimizer.param_groups
        mine = {names[p] for group in groups for p in group['params']}
        assert len({'discriminator' in name for name in mine}) == 1
        learned |= mine
    assert learned == set(names.values())


@named([*CLASSICAL, *TRANSLATORS])
def test_translators_read_images_alone(file):
    cfg = read(file)
    for domain in ('source', 'target'):
        dataset = cfg.train_dataloader.dataset[domain]
        assert list(dataset.data_prefix) == ['img_path']
        assert not [s for s in dataset.pipeline if s.type == 'LoadLabels']
    assert cfg.val_dataloader is None


def test_semi2i_is_that_of_the_paper():
    """Sect. 3: weights, Adam, epochs, one patch of each domain."""
    cfg = leaf('semi2i/semi2i_hannover_vaihingen.py')
    model = build(cfg)
    weights = {'cross': 10, 'self': 10, 'gradient': 10, 'adversarial': 1}
    assert model.weights == weights
    assert {style.decay_rate for style in model.styles.values()} == {0.95}
    assert model.encoders['source'].first.out_channels == 32
    assert cfg.train_dataloader.batch_size == 2
    for domain in ('source', 'target'):
        dataset = cfg.train_dataloader.dataset[domain]
        assert 'seg_map_path' not in dataset.data_prefix
        crop = dict(type='RandomCrop', crop_size=(256, 256))
        assert crop in dataset.pipeline
    assert cfg.train_cfg.max_iters == 25 * 8000
    (schedule,) = cfg.param_scheduler
    assert (schedule.num_epochs, schedule.decay_epoch) == (25, 15)
    for wrapper in build_optim_wrapper(model, cfg.optim_wrapper).values():
        (group,) = wrapper.optimizer.param_groups
        assert (group['lr'], group['betas']) == (0.001, (0.5, 0.999))


def test_cyclegans_are_those_of_the_papers():
    cfg = leaf('cyclegan/cyclegan_hannover_vaihingen.py')
    model = build(cfg)
    assert model.weights == {'adversarial': 1, 'cycle': 10, 'identity': 5}
    assert model.pools['source'].size == 50
    assert cfg.train_dataloader.batch_size == 2
    assert type(model.generators['source'][-1]).__name__ == 'Tanh'
    for wrapper in build_optim_wrapper(model, cfg.optim_wrapper).values():
        (group,) = wrapper.optimizer.param_groups
        assert (group['lr'], group['betas']) == (0.0002, (0.5, 0.999))

    cfg = leaf('cyclegan/cyclegan-semsim_hannover_vaihingen.py')
    model = build(cfg)
    assert model.weights == {'adversarial': 1, 'cycle': 10, 'identity': 1}
    assert model.identity_interval == 10
    assert type(model.generators['source'][-1]).__name__ == 'ReLU'
    assert model.data_preprocessor.normalisation('source')[1].unique() == 255
    assert cfg.train_dataloader.batch_size == 2 * 10
    assert cfg.train_cfg.max_iters == 200 * 250


@named(LEAVES)
def test_oracles_are_called_so(file):
    """Whatever reads target labels before the final score says so."""
    cfg = read(file)
    source = cfg.train_dataloader.dataset.source
    sources = source if isinstance(source, list) else [source]
    reads_target = any(cfg.target in s.data_root for s in sources) or (
        (cfg.get('pairing') or {}).get('strategy') in ORACLES
    )
    if cfg.get('translator'):
        reads_target |= TranslatorModel(cfg).run.oracle
    assert cfg.oracle == reads_target
    assert ('ORACLE' in file.read_text()) == reads_target


@pytest.mark.parametrize(('source', 'target'), PAIRS)
def test_every_ordered_pair_of_cities(source, target):
    dann = CONFIGS / 'semsim/dann_hannover_vaihingen.py'
    cfg = load_config(dann, source=source, target=target)
    dataset = cfg.train_dataloader.dataset
    assert dataset.source.data_root == f'data/{source}'
    assert dataset.target.data_root == f'data/{target}'
    assert cfg.test_dataloader.dataset.data_root == f'data/{target}'
    assert cfg.pairing.target_labels.data_root == f'data/{target}'
    assert 'seg_map_path' not in dataset.target.data_prefix
    assert Path(cfg.work_dir).name == f'dann_{source}_{target}'
    model, _ = prerequisites_of(cfg)
    assert model.run.train_dataloader.dataset.source.data_root == f'data/{source}'
    assert model.checkpoint.parent.name == f'source-only_{source}_{target}'


def test_semsim_is_that_of_the_paper():
    """Sect. 5.2: output stride 8, 256 channels, 1x1 branch and pooling, Adadelta."""
    from mmuda.models.taps import read_taps

    cfg = leaf('semsim/dann_hannover_vaihingen.py')
    model = build(cfg)
    tap = cfg.model.objectives.alignment.tap
    features = read_taps(model.segmentor, torch.rand(2, 3, 224, 224), [tap])[tap]
    assert features.shape == (2, 256, 28, 28)
    head = model.segmentor.decode_head
    assert head.bottleneck.conv.kernel_size == (1, 1)
    assert head.bottleneck.conv.in_channels == 512
    scores = model.objectives['alignment'].discriminator(features)
    assert scores.shape == (2, 2, 28, 28)
    assert cfg.train_cfg.max_iters == 80 * 250
    assert cfg.train_dataloader.batch_size == 2 * 16
    optimizers = build_optim_wrapper(model, cfg.optim_wrapper)
    for wrapper in optimizers.values():
        (group,) = wrapper.optimizer.param_groups
        assert (group['lr'], group['rho']) == (1.0, 0.9)


@pytest.fixture(scope='module')
def demo_folder(tmp_path_factory):
    """Demo data of two cities, made once."""
    folder = tmp_path_factory.mktemp('demo')
    before = Path.cwd()
    os.chdir(folder)
    try:
        for dataset in (HannoverCityDataset, VaihingenCityDataset):
            make_stand_in(dataset)
    finally:
        os.chdir(before)
    return folder


ROWS = [p for p in LEAVES if p.name.startswith('unet_') and 'source-only' not in p.name]


@named(ROWS)
def test_rows_of_semi2i_differ_in_the_translator_alone(file):
    """Sect. 3: 2,500 iterations of 32 patches, Adam at 1e-4, from the U-net above."""
    cfg = load_config(file, source='potsdam', target='nienburg')
    stem = file.stem.removesuffix('_hannover_vaihingen')
    assert Path(cfg.work_dir).name == f'{stem}_potsdam_nienburg'
    if 'control' in stem:
        assert translation_hook(cfg) is None
    else:
        translator = TranslatorModel(cfg)
        assert is_translator(translator.run)
        name = translator.checkpoint.parent.name
        assert name == f'{file.stem.split("_")[1]}_potsdam_nienburg'
    assert cfg.train_cfg.max_iters == 2500
    assert cfg.train_dataloader.batch_size == 32
    assert cfg.optim_wrapper.optimizer == dict(type='Adam', lr=1e-4)
    source = SourceModel(cfg).run
    assert Path(source.work_dir).name == 'unet_source-only_potsdam_nienburg'
    assert source.train_cfg.max_iters == 8000
    assert source.optim_wrapper == cfg.optim_wrapper
    assert source.model == cfg.model
    assert cfg.warm_start


# In processes of their own, with all that they need first: pairing, and one row of
# Table 1 for all.
WHOLE = [
    p
    for p in LEAVES
    if p.stem.split('_')[0] in ('dann', 'dann-ground-truth')
    or p.name.startswith('unet_reinhard_')
]
# A translator of the source, which is trained first, is tested by itself.
TRANSLATED = [
    p for p in LEAVES if p.stem.startswith(('source-only_cyclegan', 'dcan-translated'))
]
# Likewise a mapping for a translator: tests/test_baseline_pipelines.py.
MAPPED = [p for p in TRANSLATORS if p.parent.name == 'semsim']
# What adapts these networks trains them as well.
OTHERS = [p for p in PLAIN if p.stem.split('_')[1] in ('two-level', 'dilated-vgg16')]
# Other strategies differ in the mapping alone, other pairs of a method in their data.
STRATEGIES = [p for p in LEAVES if p.stem.startswith('dann-') and p not in WHOLE]
BRIEFLY = [
    p
    for p in LEAVES
    if p not in [*WHOLE, *ROWS, *STRATEGIES, *ABLATIONS, *CHAINED]
    and p not in [*TRANSLATED, *MAPPED, *OTHERS]
    and p.stem.endswith('_vaihingen')
]


@named(STRATEGIES)
def test_strategies_differ_in_the_mapping_alone(file):
    words = file.name.split('_')
    strategy = words[0].removeprefix('dann-').replace('-', '_')
    whole = 'dann-ground-truth' if strategy.endswith('ground_truth') else 'dann'
    other = file.with_name('_'.join([whole, *words[1:]]))
    cfg, other = (load_config(f).to_dict() for f in (file, other))
    assert cfg['pairing']['strategy'] == strategy != other['pairing']['strategy']
    other['pairing']['strategy'] = strategy
    other['work_dir'] = cfg['work_dir']
    assert cfg == other


@named(ABLATIONS)
@pytest.mark.parametrize('demo', [False, True], ids=['published', 'demo'])
def test_ablations_of_lsd_differ_in_one_setting(file, demo):
    """Table 4; what differs is not lost in the overlay either."""
    found, whole = (
        load_config(f, demo=demo).to_dict()
        for f in (file, CONFIGS / 'lsd/lsd_hannover_vaihingen.py')
    )
    settings = found['model']['objectives'].pop('alignment')
    complete = whole['model']['objectives'].pop('alignment')
    differ = {
        'no-patch': dict(discriminator={**complete['discriminator'], 'patches': False}),
        'no-auxiliary': dict(alpha=0.0),
        'control': dict(alpha=0.0, beta=0.0),
    }
    name = file.stem.split('_')[0].removeprefix('lsd-')
    assert settings == {**complete, **differ[name]} != complete
    for key in ('work_dir', 'demo'):
        found.pop(key), whole.pop(key)
    assert found == whole


def test_pixel_level_adaptation_reads_other_images_alone():
    """Sect. 3.1 of multi-source adaptation: all else is as without."""
    cfg, other = (
        load_config(
            CONFIGS / f'multi_source/multi-source{what}_gta5-synthia_cityscapes.py'
        )
        for what in ('-unit', '')
    )
    sources, others = (c.train_dataloader.dataset.source for c in (cfg, other))
    for source, plain in zip(sources, others, strict=True):
        assert source.data_prefix.pop('img_path').startswith('translated/unit')
        del plain.data_prefix['img_path']
    assert cfg.train_dataloader.to_dict() == other.train_dataloader.to_dict()
    assert cfg.model == other.model


@named(BRIEFLY)
def test_trains_briefly_with_demo(file, demo_folder, monkeypatch):
    """Two iterations in this process: losses are finite, a checkpoint is written."""
    from mmengine.logging import MessageHub

    from mmuda.jobs.training import train

    monkeypatch.chdir(demo_folder)
    monkeypatch.setattr('mmuda.datasets.checks.MOST_FILES', 10)  # all have the same
    cfg = load_config(file, demo=True)
    if cfg.get('warm_start'):
        make_weights(SourceModel(cfg))
    if cfg.get('pseudo_labels'):
        make_pseudo_labels(cfg)
    fitted = cfg.train_cfg.type == 'FitLoop'  # in one pass, without losses
    iters = cfg.train_cfg.max_iters = 1 if fitted else 2
    cfg.default_hooks.logger.interval = 1
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    train(cfg)
    assert Path(cfg.work_dir, f'iter_{iters}.pth').is_file()
    logged = MessageHub.get_current_instance().log_scalars
    losses = {key: value for key, value in logged.items() if 'loss' in key}
    assert losses or fitted
    assert all(np.isfinite(value.current()) for value in losses.values())


@named(WHOLE)
def test_trains_with_demo(file, demo_folder, monkeypatch):
    """A few iterations, from the mapping or a stand-in for the source model on."""
    from toy_run import mmuda

    monkeypatch.chdir(demo_folder)
    cfg = load_config(file, demo=True)
    make_weights(SourceModel(cfg))
    short = ('--cfg-options', 'train_cfg.max_iters=2')
    mmuda('train', file, '--demo', *short)
    assert Path(cfg.work_dir, 'iter_2.pth').is_file()
    for mapping in (p for p in prerequisites_of(cfg) if isinstance(p, MappingFile)):
        manifest = json.loads(Path(f'{mapping.file}.json').read_text())
        assert manifest['oracle'] == cfg.oracle


def make_pseudo_labels(cfg):
    """Labels of one class where those of a config belong, and their model's weights."""
    model = LabellingModel(cfg)
    make_weights(model)
    job = PseudoLabels(cfg, model).job
    if not job.finished:
        begin(job.out, job.manifest())
        size = job.images[0]['inputs'].shape[1:]
        for index in range(len(job.names)):
            write_labels(job, index, np.zeros(size, np.uint8))
        (job.out / LABELS).touch()


def make_weights(model):
    """Untrained weights where the last checkpoint of a needed model belongs."""
    if not model.is_there():
        model.checkpoint.parent.mkdir(parents=True, exist_ok=True)
        weights = MODELS.build(copy.deepcopy(model.run.model)).state_dict()
        meta = dict(cfg=model.run.pretty_text)
        torch.save(dict(state_dict=weights, meta=meta), model.checkpoint)


def test_the_config_on_the_page_of_own_data(tmp_path):
    text = (CONFIGS.parent / 'docs/own_data.md').read_text()
    block = text.split('```python')[1].split('```')[0]
    file = tmp_path / 'my_config.py'
    file.write_text(textwrap.dedent(block))
    cfg = load_config(file)
    assert build(cfg).out_channels == 2
    dataset = cfg.train_dataloader.dataset
    assert dataset.source.metainfo.classes == dataset.target.metainfo.classes
    assert 'seg_map_path' not in dataset.target.data_prefix
    assert cfg.val_dataloader is None
    assert Path(cfg.work_dir).name == 'my_config'
