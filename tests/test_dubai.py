"""The configs of projects/dubai: readable, buildable, without labels of the target."""

from pathlib import Path

import pytest
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS

from mmuda.jobs.config import load_config
from mmuda.jobs.translation import is_translator

CONFIGS = Path(__file__).parents[1] / 'projects/dubai/configs'
LEAVES = sorted(CONFIGS.glob('*_dubai.py'))


@pytest.mark.parametrize('file', LEAVES, ids=[p.stem for p in LEAVES])
def test_config(file):
    cfg = load_config(str(file))
    source = cfg.train_dataloader.dataset.source
    assert source.data_prefix.img_path == 'source/images'
    target = cfg.train_dataloader.dataset.get('target')
    if target:
        assert target.data_prefix == dict(img_path='target_train/images')
    assert cfg.train_cfg.max_iters <= 2000  # a CPU's size
    model = MODELS.build(cfg.model)
    build_optim_wrapper(model, cfg.optim_wrapper)
    if is_translator(cfg):
        assert 'seg_map_path' not in source.data_prefix
        assert cfg.val_dataloader is None
    else:
        assert getattr(model, 'segmentor', model).decode_head.num_classes == 5
        for loader in (cfg.val_dataloader, cfg.test_dataloader):
            assert loader.dataset.data_prefix.img_path == 'target_test/images'
