"""What only the source gets, what is validated on, and averaged weights."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from conftest import toy_segmentor
from mmengine.config import Config
from mmseg.registry import MODELS
from toy_needs import NO_TARGET, write_source_model
from toy_run import make_data, mmuda, write_config

from mmuda.engine.checkpoint import load_checked
from mmuda.jobs.averaging import check_averaging
from mmuda.jobs.config import load_config

CONFIGS = Path(__file__).parents[2] / 'configs'
STEPS = [dict(type='RandomFlip', prob=0.5), dict(type='RandomPhotometry', gamma=0.3)]
RECIPES = sorted((CONFIGS / 'source_only').glob('*.py'))


def kinds(dataset):
    return [step.type for step in dataset.pipeline]


@pytest.mark.parametrize(
    'name', ['semsim/dann', 'adaptsegnet/adaptsegnet-single', 'semsim/source-only']
)
def test_source_alone_is_augmented(name):
    file = CONFIGS / f'{name}_hannover_vaihingen.py'
    plain = load_config(file)
    augmented = load_config(file, options=dict(source_augmentation=STEPS))
    ours, theirs = (cfg.train_dataloader.dataset for cfg in (augmented, plain))
    before, pack = kinds(theirs.source)[:-1], kinds(theirs.source)[-1]
    assert kinds(ours.source) == [*before, 'RandomFlip', 'RandomPhotometry', pack]
    assert ours.source.pipeline[-2].gamma == 0.3
    assert ours.get('target') == theirs.get('target')
    for key in ('val_dataloader', 'test_dataloader', 'test_pipeline', 'pairing'):
        assert augmented.get(key) == plain.get(key)
    assert 'source_augmentation' not in augmented


def test_every_source_is_augmented():
    file = CONFIGS / 'multi_source/multi-source_hannover-potsdam_vaihingen.py'
    cfg = load_config(file, options=dict(source_augmentation=STEPS))
    dataset = cfg.train_dataloader.dataset
    assert [kinds(member)[-2] for member in dataset.source] == ['RandomPhotometry'] * 2
    assert 'RandomPhotometry' not in kinds(dataset.target)


@pytest.mark.parametrize('file', RECIPES, ids=[p.stem for p in RECIPES])
def test_a_config_that_was_loaded_is_loaded_as_it_is(file, tmp_path):
    cfg = load_config(file)
    cfg.dump(tmp_path / 'dumped.py')
    again = load_config(tmp_path / 'dumped.py', work_dir=cfg.work_dir)
    for name in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        assert again[name] == cfg[name]


def test_data_sets_that_a_config_gives_itself_are_augmented(tmp_path):
    make_data(tmp_path / 'data')
    config = write_config(tmp_path)
    cfg = load_config(config, options=dict(source_augmentation=STEPS))
    dataset = cfg.train_dataloader.dataset
    assert kinds(dataset.source)[-2:] == ['RandomPhotometry', 'PackSegInputs']
    assert 'RandomPhotometry' not in kinds(dataset.target)


def test_validates_on_what_the_source_holds_out():
    file = CONFIGS / 'semsim/source-only_hannover_vaihingen.py'
    for which, val in ((None, 'vaihingen'), ('source', 'hannover')):
        cfg = load_config(file, options=dict(val_on=which) if which else None)
        assert cfg.val_dataloader.dataset.data_root == f'data/{val}'
        assert cfg.test_dataloader.dataset.data_root == 'data/vaihingen'
        prefix = cfg.val_dataloader.dataset.data_prefix
        assert prefix != cfg.train_dataloader.dataset.source.data_prefix


def test_refuses_to_validate_where_nothing_is_held_out(tmp_path):
    (tmp_path / 'bare.py').write_text(
        "train = dict(type='HannoverCityDataset', data_root='data/bare',"
        "data_prefix=dict(img_path='a', seg_map_path='b'),"
        "pipeline=[dict(type='LoadRaster'), dict(type='LoadLabels')])"
    )
    file = CONFIGS / 'source_only/source-only_scratch_hannover_vaihingen.py'
    with pytest.raises(ValueError, match='bare has no `val`'):
        load_config(file, source='bare.py')
    with pytest.raises(ValueError, match="'source' or 'target', got 'test'"):
        load_config(file, options=dict(val_on='test'))
    file = CONFIGS / 'multi_source/multi-source_hannover-potsdam_vaihingen.py'
    with pytest.raises(ValueError, match='there are several'):
        load_config(file, options=dict(val_on='source'))


@pytest.mark.parametrize('small', [False, True])
def test_classifier_begins_as_pytorch_has_it(small):
    """Uniform in 1 / sqrt(fan in), on either stack; MMSeg's normal of .01 elsewhere."""
    for name, ours in (
        ('source_only/source-only_scratch', True),
        ('semsim/source-only', False),
    ):
        cfg = load_config(CONFIGS / f'{name}_hannover_vaihingen.py', small=small)
        cfg.model.backbone.init_cfg = None
        torch.manual_seed(0)
        model = MODELS.build(cfg.model)
        model.init_weights()
        weight = model.decode_head.conv_seg.weight
        bound = weight[0].numel() ** -0.5
        expected = bound / 3**0.5 if ours else 0.01
        assert weight.std().item() == pytest.approx(expected, rel=0.1)
        assert (weight.abs().max() <= bound) == ours or not ours


def test_optimizer_and_rates_of_the_recipes():
    """Warm-up and poly meet; of pretrained weights the backbone is ten times slower."""
    from mmengine.optim import build_optim_wrapper
    from mmengine.registry import PARAM_SCHEDULERS

    for name, backbone, head in (('scratch', 3e-3, 3e-3), ('pretrained', 1e-4, 1e-3)):
        cfg = load_config(
            CONFIGS / f'source_only/source-only_{name}_hannover_vaihingen.py'
        )
        cfg.model.backbone.init_cfg = None
        model = MODELS.build(cfg.model)
        wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
        of = {id(p): g['lr'] for g in wrapper.param_groups for p in g['params']}
        assert of[id(model.backbone.conv1.conv.weight)] == pytest.approx(backbone)
        assert of[id(model.decode_head.conv_seg.weight)] == pytest.approx(head)
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        steps = [
            PARAM_SCHEDULERS.build(dict(s), default_args=dict(optimizer=optimizer))
            for s in cfg.param_scheduler
        ]
        rates, end = [], cfg.train_cfg.max_iters
        for _ in range(end):
            rates.append(optimizer.param_groups[0]['lr'])
            optimizer.step()
            for step in steps:
                step.step()
        assert max(rates) == pytest.approx(1.0)
        assert 1400 < rates.index(max(rates)) < 1510
        middle = (1500 + end) // 2
        assert rates[middle] == pytest.approx(0.5**0.9, rel=1e-3)
        assert rates[-1] < 1e-3


MOMENTUM = 0.3


@pytest.fixture
def config(tmp_path):
    """Training on the source with all that the recipe has."""
    make_data(tmp_path / 'data')
    optimizer = dict(type='AdamW', lr=0.01)
    return write_source_model(
        tmp_path,
        NO_TARGET,
        f'source_augmentation = {STEPS!r}',
        "custom_hooks = [dict(type='EMAHook', ema_type='MomentumAnnealingEMA',"
        f'momentum={MOMENTUM}, gamma=1)]',
        name='toy',
        segmentor=toy_segmentor(norm=dict(type='BN'), dropout=0.5),
        optimizers=dict(type='OptimWrapper', optimizer=optimizer),
        workers=2,
        max_iters=10,
    )


def test_killed_and_resumed_equals_uninterrupted(config, tmp_path):
    """Bit for bit: the weights, their mean and how many iterations it is of."""
    mmuda('train', config, '--work-dir', 'whole')
    shutil.copytree('whole', 'killed')
    for left in Path('killed').glob('iter_*.pth'):
        if left.name != 'iter_8.pth':
            left.unlink()
    mmuda('train', config, '--work-dir', 'killed', '--resume')
    whole, killed = (load_checked(f'{run}/iter_10.pth') for run in ('whole', 'killed'))
    for key in ('state_dict', 'ema_state_dict'):
        assert whole[key].keys() == killed[key].keys()
        for name, value in whole[key].items():
            assert torch.equal(value, killed[key][name]), name
    assert int(whole['ema_state_dict']['steps']) == 10


def test_what_is_tested_is_the_mean_of_the_weights(config):
    """Against the recursion on the weights after each iteration."""
    every = (
        'default_hooks.checkpoint.interval=1',
        'default_hooks.checkpoint.max_keep_ckpts=-1',
    )
    mmuda('train', config, '--work-dir', 'run', '--cfg-options', *every)
    mean = None
    for step in range(10):
        saved = load_checked(f'run/iter_{step + 1}.pth')
        raw = {
            name.removeprefix('module.'): value
            for name, value in saved['ema_state_dict'].items()
            if name != 'steps'
        }
        share = max(MOMENTUM, 1 / (1 + step))
        mean = {
            name: value
            if mean is None or 'running' in name or 'num_batches' in name
            else (1 - share) * mean[name] + share * value
            for name, value in raw.items()
        }
        assert saved['state_dict'].keys() == mean.keys()
        for name, value in saved['state_dict'].items():
            torch.testing.assert_close(value, mean[name], rtol=1e-5, atol=1e-6)
    assert any(not torch.allclose(raw[name], mean[name]) for name in raw)

    # The same figures from a file that holds the mean alone, without the hook.
    torch.save(dict(state_dict=saved['state_dict']), 'mean.pth')
    mmuda('test', config, 'run/iter_10.pth', '--json', 'hook.json')
    plain = ('--cfg-options', 'custom_hooks=None')
    mmuda('test', config, 'mean.pth', '--json', 'plain.json', *plain)
    figures = [json.loads(Path(f'{f}.json').read_text()) for f in ('hook', 'plain')]
    assert figures[0] == figures[1]


def test_refuses_to_average_what_a_hook_does_not_understand():
    adaptor = dict(type='DomainAdaptor')
    theirs = Config(dict(model=adaptor, custom_hooks=[dict(type='EMAHook')]))
    with pytest.raises(ValueError, match=r'got a DomainAdaptor: .* WeightAverageHook'):
        check_averaging(theirs)
    ours = dict(weight_average=dict(type='WeightAverageHook'), sampler_seed=None)
    check_averaging(Config(dict(model=adaptor, default_hooks=ours)))
    translator = Config(dict(model=dict(type='CycleGAN'), default_hooks=ours))
    with pytest.raises(ValueError, match='segmentors and adaptors, got a CycleGAN'):
        check_averaging(translator)
