"""What a config need not say: filled in by what it says, and never against it."""

import pytest
from conftest import toy_optimizers
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from toy_run import make_data, write_config

from mmuda.jobs.completion import repeat_for_sources
from mmuda.jobs.config import load_config
from mmuda.jobs.demo import forget_pretrained

SINGLE = 'mmuda::adaptsegnet/adaptsegnet-single_gta5_cityscapes.py'
SOURCE_ONLY = 'mmuda::adaptsegnet/source-only_gta5_cityscapes.py'
MULTI = 'mmuda::multi_source/multi-source_gta5-synthia_cityscapes.py'


@HOOKS.register_module()
class IdleHook(Hook):
    """Does nothing."""


def test_a_list_of_custom_hooks_drops_none_of_ours(tmp_path):
    make_data(tmp_path / 'data')
    config = write_config(tmp_path, max_iters=2)
    with open(config, 'a') as text:
        text.write("custom_hooks = [dict(type='IdleHook')]\n")
    cfg = load_config(config)
    runner = Runner.from_cfg(cfg)
    names = [type(hook).__name__ for hook in runner.hooks]
    assert {'IdleHook', 'ReproducibleHook', 'FiniteLossHook'} <= set(names)
    runner.train()
    saved = f'{cfg.work_dir}/iter_2.pth'
    import torch

    assert torch.load(saved, weights_only=False)['mmuda_seed'] == 0


@pytest.mark.parametrize('said', ['math', ['math', 'mmuda'], None])
def test_a_written_config_imports_mmuda_and_what_it_imported_before(tmp_path, said):
    config, file = tmp_path / 'leaf.py', tmp_path / 'written.py'
    imports = '' if said is None else f'custom_imports = dict(imports={said!r})'
    config.write_text(f'_base_ = {SINGLE!r}\n{imports}\n')
    load_config(config).dump(file)
    written = Config.fromfile(file).custom_imports['imports']
    assert sorted(written) == sorted({'math', 'mmuda'} if said else {'mmuda'})


def test_an_adaptor_holds_the_segmentor_of_its_base():
    plain, adapted = load_config(SOURCE_ONLY), load_config(SINGLE)
    assert adapted.model.segmentor == plain.model
    preprocessor = {**plain.model.data_preprocessor, 'type': 'DomainDataPreprocessor'}
    assert adapted.model.data_preprocessor == preprocessor
    assert adapted.model_wrapper_cfg == dict(type='PhasedDistributedDataParallel')
    constructor = 'PhasedOptimWrapperConstructor'
    assert adapted.optim_wrapper.constructor == constructor
    assert 'model_wrapper_cfg' not in plain
    assert 'constructor' not in plain.optim_wrapper


def test_what_is_said_stays(tmp_path):
    make_data(tmp_path / 'data')
    optimizers = {**toy_optimizers(), 'constructor': 'Mine'}
    config = write_config(tmp_path, optimizers=optimizers)
    with open(config, 'a') as text:
        text.write("model_wrapper_cfg = dict(type='Other')\n")
    cfg = load_config(config)
    assert cfg.optim_wrapper.constructor == 'Mine'
    assert cfg.model_wrapper_cfg == dict(type='Other')
    options = {'adaptor.data_preprocessor': dict(type='DomainDataPreprocessor')}
    cfg = load_config(SINGLE, options=options)
    assert cfg.model.data_preprocessor == dict(type='DomainDataPreprocessor')
    options = {'adaptor.data_preprocessor': dict(predict_domain='source')}
    cfg = load_config(SINGLE, options=options)
    assert cfg.model.data_preprocessor.predict_domain == 'source'
    assert cfg.model.data_preprocessor.rgb_to_bgr is True


def test_number_of_classes_is_that_of_the_data():
    cfg = load_config(SINGLE, source='hannover', target='potsdam')
    assert cfg.model.segmentor.decode_head.num_classes == 6
    for key in ('model.decode_head', 'model.auxiliary_head'):
        multi = 'mmuda::adaptsegnet/adaptsegnet-multi_gta5_cityscapes.py'
        message = rf'{key[6:]}.num_classes is 7, expected 19, the classes of GTA5Data'
        with pytest.raises(ValueError, match=message):
            load_config(multi, options={f'{key}.num_classes': 7})
    nameless = dict(type='FolderDataset', data_prefix=dict(img_path='x'))
    options = {
        f'train_dataloader.dataset.{d}': dict(nameless, _delete_=True)
        for d in ('source', 'target')
    }
    options |= {'val_dataloader': None, 'test_dataloader': None}
    with pytest.raises(ValueError, match='the data set names no classes'):
        load_config(SINGLE, options=options)
    with pytest.raises(ValueError, match='model type NoSuchModel is not registered'):
        load_config(SINGLE, options={'adaptor.type': 'NoSuchModel'})


def test_branches_know_the_classes_of_their_sources():
    """SYNTHIA 16 of 19; the branch of all sources, and CLAN's two, all of them."""
    branches = load_config(MULTI).model.segmentor.decode_head.branches
    assert [len(b.get('classes') or range(19)) for b in branches.values()] == [
        19,
        16,
        19,
    ]
    clan = load_config('mmuda::clan/clan_synthia_cityscapes.py').model.segmentor
    assert clan.decode_head.branches == dict(first=dict(), second=dict())


def test_groups_of_a_mini_batch():
    for options, size in (
        ({'groups_per_batch': 2}, 2 * 3),
        ({'train_dataloader.sampler.target_share': None}, 4),
        ({'train_dataloader.sampler.shares': [3, 1]}, 5),
    ):
        assert load_config(MULTI, options=options).train_dataloader.batch_size == size
    options = {'train_dataloader.sampler.shares': 'proportional'}
    with pytest.raises(ValueError, match='groups_per_batch can not be told'):
        load_config(MULTI, options=options)


def test_repeated_in_the_order_of_the_sources():
    from mmengine.config import Config

    cfg = Config(
        dict(
            base=dict(z=0),
            for_each_source=dict(base={'{source}.{n}': ['{n}', '{source}', 1]}),
            for_all_sources=dict(base=dict(all='{sources}', text='no {sources}')),
        )
    )
    repeat_for_sources(cfg, ['source_0', 'source_1'])
    expected = {
        'z': 0,
        'source_0.1': ['1', 'source_0', 1],
        'source_1.2': ['2', 'source_1', 1],
        'all': ['source_0', 'source_1'],
        'text': 'no {sources}',
    }
    assert cfg.to_dict() == dict(base=expected)
    assert list(cfg.base) == list(expected)


def test_small_is_the_demo_on_real_data():
    demo, small = (load_config(SINGLE, **{how: True}) for how in ('demo', 'small'))
    assert small.model == demo.model
    assert small.model.segmentor.backbone.depth == 18
    assert small.model.segmentor.backbone.init_cfg is None
    assert small.train_cfg == demo.train_cfg
    assert small.optim_wrapper == demo.optim_wrapper
    source, stand_in = (c.train_dataloader.dataset.source for c in (small, demo))
    assert source == load_config(SINGLE).train_dataloader.dataset.source
    assert stand_in.data_root == 'work_dirs/demo/data/gta5'
    assert source.data_root == 'data/gta5'
    assert small.work_dir.startswith('work_dirs/small/')
    for loader in (small.train_dataloader, small.val_dataloader):
        assert (loader.num_workers, loader.persistent_workers) == (0, False)
    published = load_config(SINGLE)
    forget_pretrained(published)
    assert published.model.segmentor.backbone.init_cfg is None


def test_a_config_without_overlay_is_not_made_small(tmp_path):
    config = write_config(tmp_path)
    with pytest.raises(ValueError, match='its `demo` must be the path of a config'):
        load_config(config, small=True)
    options = {'demo': str(tmp_path / 'no.py')}
    assert load_config(config, options=options).demo == options['demo']
    with open(config, 'a') as text:
        text.write("demo = 'no.py'\n")
    with pytest.raises(FileNotFoundError, match=r'config .*/no\.py does not exist'):
        load_config(config, demo=True)
