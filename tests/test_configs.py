"""Every config: readable, buildable, trainable with --demo."""

import json
import os
import textwrap
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS

from mmuda.demo.stand_in import make_stand_in
from mmuda.jobs.config import choose_cities, load_config, run_name, sibling
from mmuda.jobs.pairing.strategies import ORACLES
from mmuda.jobs.translation import is_translator
from mmuda.jobs.translation.source import translator_of

ROOT = Path(__file__).parents[1]
LEAVES = sorted(p for p in (ROOT / 'configs').rglob('*.py') if '_base_' not in p.parts)
IDS = [str(p.relative_to(ROOT / 'configs')) for p in LEAVES]
CITIES = ('vaihingen', 'potsdam', 'hannover', 'buxtehude', 'nienburg')
PAIRS = [(s, t) for s in CITIES for t in CITIES if s != t]


def build(file):
    cfg = Config.fromfile(file)
    segmentor = cfg.model.get('segmentor', cfg.model)
    if 'backbone' in segmentor:
        segmentor.backbone.init_cfg = None
    return cfg, MODELS.build(cfg.model)


@pytest.mark.parametrize('file', LEAVES, ids=IDS)
def test_names(file):
    """method_[what_]source_target, listed in the folder's README and metafile."""
    cfg = load_config(str(file))
    assert len(file.stem.split('_')) in (3, 4)
    assert file.stem.split('_')[-2:] == [cfg.source, cfg.target]
    assert run_name(cfg) == file.stem
    for listing in ('README.md', 'metafile.yml'):
        assert file.name in (file.parent / listing).read_text()


@pytest.mark.parametrize('file', LEAVES, ids=IDS)
def test_optimizers_share_no_parameters_of_critics(file):
    """Every parameter learns; critics and segmentors never share an optimizer."""
    if Config.fromfile(file).model.type != 'DomainAdaptor':
        return
    cfg, model = build(file)
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


@pytest.mark.parametrize('file', LEAVES, ids=IDS)
def test_translators_never_teach_a_critic_and_a_generator_at_once(file):
    """And teach every parameter that may learn."""
    if not is_translator(Config.fromfile(file)):
        return
    cfg, model = build(file)
    if not list(model.parameters()):
        return
    optimizers = build_optim_wrapper(model, cfg.optim_wrapper)
    names = {p: n for n, p in model.named_parameters() if p.requires_grad}
    learned = set()
    for wrapper in optimizers.values():
        groups = wrapper.optimizer.param_groups
        mine = {names[p] for group in groups for p in group['params']}
        assert len({'discriminator' in name for name in mine}) == 1
        learned |= mine
    assert learned == set(names.values())


def test_semi2i_is_that_of_the_paper():
    """Sect. 3: weights, Adam, epochs, one patch of each domain."""
    cfg, model = build(ROOT / 'configs/semi2i/semi2i_hannover_vaihingen.py')
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
    cfg, model = build(ROOT / 'configs/cyclegan/cyclegan_hannover_vaihingen.py')
    assert model.weights == {'adversarial': 1, 'cycle': 10, 'identity': 5}
    assert model.pools['source'].size == 50
    assert cfg.train_dataloader.batch_size == 2
    assert type(model.generators['source'][-1]).__name__ == 'Tanh'
    for wrapper in build_optim_wrapper(model, cfg.optim_wrapper).values():
        (group,) = wrapper.optimizer.param_groups
        assert (group['lr'], group['betas']) == (0.0002, (0.5, 0.999))

    cfg, model = build(ROOT / 'configs/cyclegan/cyclegan-semsim_hannover_vaihingen.py')
    assert model.weights == {'adversarial': 1, 'cycle': 10, 'identity': 1}
    assert model.identity_interval == 10
    assert type(model.generators['source'][-1]).__name__ == 'ReLU'
    assert model.data_preprocessor.normalisation('source')[1].unique() == 255
    assert cfg.train_dataloader.batch_size == 2 * 10
    assert cfg.train_cfg.max_iters == 200 * 250


@pytest.mark.parametrize('file', LEAVES, ids=IDS)
def test_oracles_are_called_so(file):
    """Whatever reads target labels before the final score says so."""
    cfg = load_config(str(file))
    source = cfg.train_dataloader.dataset.source
    sources = source if isinstance(source, list) else [source]
    reads_target = any(cfg.target in s.data_root for s in sources) or (
        cfg.get('pairing', {}).get('strategy') in ORACLES
    )
    assert bool(cfg.get('oracle')) == reads_target
    assert ('ORACLE' in file.read_text()) == reads_target


@pytest.mark.parametrize(('source', 'target'), PAIRS)
def test_every_ordered_pair_of_cities(source, target, monkeypatch):
    monkeypatch.setattr(os, 'environ', dict(os.environ))
    choose_cities(source, target)
    cfg = Config.fromfile(ROOT / 'configs/semsim/dann_hannover_vaihingen.py')
    dataset = cfg.train_dataloader.dataset
    assert dataset.source.data_root == f'data/{source}'
    assert dataset.target.data_root == f'data/{target}'
    assert cfg.test_dataloader.dataset.data_root == f'data/{target}'
    assert 'seg_map_path' not in dataset.target.data_prefix
    mapping = f'work_dirs/mappings/{source}_{target}_approximation.csv'
    assert cfg.train_dataloader.sampler.mapping == mapping
    assert run_name(cfg) == f'dann_{source}_{target}'


def test_rejects_a_city_as_its_own_target():
    with pytest.raises(ValueError, match='must differ'):
        choose_cities('potsdam', 'potsdam')


def test_semsim_is_that_of_the_paper():
    """Sect. 5.2: output stride 8, 256 channels, 1x1 branch and pooling, Adadelta."""
    import torch

    from mmuda.models.taps import read_taps

    cfg, model = build(ROOT / 'configs/semsim/dann_hannover_vaihingen.py')
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
        from mmuda.datasets import HannoverCityDataset, VaihingenCityDataset

        for dataset in (HannoverCityDataset, VaihingenCityDataset):
            make_stand_in(dataset)
    finally:
        os.chdir(before)
    return folder


ROWS = [p for p in LEAVES if p.name.startswith('unet_') and 'source-only' not in p.name]


@pytest.mark.parametrize('file', ROWS, ids=[p.stem for p in ROWS])
def test_rows_of_semi2i_differ_in_the_translator_alone(file, monkeypatch):
    """Sect. 3: 2,500 iterations of 32 patches, Adam at 1e-4, from the U-net above."""
    monkeypatch.setattr(os, 'environ', dict(os.environ))
    choose_cities('potsdam', 'nienburg')
    cfg = load_config(str(file))
    assert run_name(cfg) == f'{file.stem.removesuffix("_hannover_vaihingen")}' + (
        '_potsdam_nienburg'
    )
    translator, checkpoint, made_here = translator_of(cfg, demo=False)
    assert made_here
    assert is_translator(translator)
    assert Path(translator.filename).stem.split('_')[0] == file.stem.split('_')[1]
    assert 'seg_map_path' not in translator.train_dataloader.dataset.source.data_prefix
    assert checkpoint.parent.name == run_name(translator)
    assert cfg.train_cfg.max_iters == 2500
    assert cfg.train_dataloader.batch_size == 32
    assert cfg.optim_wrapper.optimizer == dict(type='Adam', lr=1e-4)
    source = load_config(sibling(cfg, cfg.source_model))
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
# Other strategies differ in the mapping alone, other pairs of a method in their data.
STRATEGIES = [p for p in LEAVES if p.stem.startswith('dann-') and p not in WHOLE]
BRIEFLY = [
    p
    for p in LEAVES
    if p not in [*WHOLE, *ROWS, *STRATEGIES] and p.stem.endswith('_vaihingen')
]


@pytest.mark.parametrize('file', STRATEGIES, ids=[p.stem for p in STRATEGIES])
def test_strategies_differ_in_the_mapping_alone(file):
    words = file.name.split('_')
    strategy = words[0].removeprefix('dann-').replace('-', '_')
    whole = 'dann-ground-truth' if strategy.endswith('ground_truth') else 'dann'
    cfg, other = (
        load_config(str(file.with_name('_'.join([name, *words[1:]]))))
        for name in (words[0], whole)
    )
    theirs = other.pairing.strategy
    assert cfg.pairing.strategy == strategy != theirs
    mapping = other.train_dataloader.sampler.mapping
    assert mapping.endswith(f'_{theirs}.csv')
    other.train_dataloader.sampler.mapping = mapping.replace(theirs, strategy)
    other.pairing.strategy = other.strategy = strategy
    other.work_dir = cfg.work_dir
    cfg.pairing.pop('ground_truth', None)  # what is shuffled
    assert cfg.to_dict() == other.to_dict()


def test_pixel_level_adaptation_reads_other_images_alone():
    """Sect. 3.1 of multi-source adaptation: all else is as without."""
    folder = ROOT / 'configs/multi_source'
    cfg, other = (
        Config.fromfile(folder / f'multi-source{what}_gta5-synthia_cityscapes.py')
        for what in ('-unit', '')
    )
    sources, others = (c.train_dataloader.dataset.source for c in (cfg, other))
    for source, plain in zip(sources, others, strict=True):
        assert source.data_prefix.pop('img_path').startswith('translated/unit')
        del plain.data_prefix['img_path']
    assert cfg.train_dataloader.to_dict() == other.train_dataloader.to_dict()
    assert cfg.model == other.model


@pytest.mark.parametrize('file', BRIEFLY, ids=[p.stem for p in BRIEFLY])
def test_trains_briefly_with_demo(file, demo_folder, monkeypatch):
    """Two iterations in this process: losses are finite, a checkpoint is written."""
    from mmengine.logging import MessageHub

    from mmuda.jobs.training import train

    monkeypatch.chdir(demo_folder)
    cfg = load_config(str(file), demo=True)
    if cfg.get('warm_start'):
        make_source_model(file.parent / cfg.source_model)
    fitted = cfg.train_cfg.type == 'FitLoop'  # in one pass, without losses
    iters = cfg.train_cfg.max_iters = 1 if fitted else 2
    cfg.default_hooks.logger.interval = 1
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    train(cfg, demo=True)
    assert Path(cfg.work_dir, f'iter_{iters}.pth').is_file()
    logged = MessageHub.get_current_instance().log_scalars
    losses = {key: value for key, value in logged.items() if 'loss' in key}
    assert losses or fitted
    assert all(np.isfinite(value.current()) for value in losses.values())


@pytest.mark.parametrize('file', WHOLE, ids=[p.stem for p in WHOLE])
def test_trains_with_demo(file, demo_folder, monkeypatch):
    """A few iterations, from the mapping or a stand-in for the source model on."""
    from toy_run import mmuda

    monkeypatch.chdir(demo_folder)
    cfg = load_config(str(file), demo=True)
    if 'source_model' in cfg:
        make_source_model(file.parent / cfg.source_model)
    short = ('--cfg-options', 'train_cfg.max_iters=2')
    mmuda('train', file, '--demo', *short)
    figures = Path(cfg.work_dir, 'iter_2.pth')
    assert figures.is_file()
    mapping = cfg.train_dataloader.sampler.get('mapping')
    if mapping:
        oracle = json.loads(Path(f'{mapping}.json').read_text())['oracle']
        assert oracle == bool(cfg.get('oracle'))


def make_source_model(file):
    """Untrained weights where the source model's last checkpoint belongs."""
    import torch

    cfg = load_config(str(file), demo=True)
    checkpoint = Path(cfg.work_dir, f'iter_{cfg.train_cfg.max_iters}.pth')
    if not checkpoint.is_file():
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        weights = MODELS.build(cfg.model).state_dict()
        torch.save(dict(state_dict=weights), checkpoint)


def test_the_config_in_the_readme(tmp_path):
    text = (ROOT / 'README.md').read_text()
    block = text.split('```python')[1].split('```')[0]
    file = tmp_path / 'my_config.py'
    file.write_text(textwrap.dedent(block))
    cfg, model = build(file)
    assert model.out_channels == 2
    dataset = cfg.train_dataloader.dataset
    assert dataset.source.metainfo.classes == dataset.target.metainfo.classes
    assert 'seg_map_path' not in dataset.target.data_prefix
    assert cfg.val_dataloader is None
