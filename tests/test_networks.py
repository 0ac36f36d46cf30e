"""Any segmentor: the methods for one's own data on the networks of configs/own."""

import copy
import re
import sys
from pathlib import Path

import pytest
import torch
from conftest import toy_batch
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from own_scenes import BANDS, make, write_raster

from mmuda.jobs.config import load_config
from mmuda.jobs.inheritance import depth
from mmuda.jobs.prerequisites import SourceModel
from mmuda.models.taps import read_taps
from mmuda.preparation.own import HoldOut, Request, prepare_own

CONFIGS = Path(__file__).parents[1] / 'configs/own'
LEAVES = sorted(CONFIGS.glob('*.py'))
RUNNABLE = [file for file in LEAVES if 'convnext' not in file.name]  # of MMPretrain
# Networks of the same layers, less wide and deep.
SMALL = {
    'deeplabv3plus': dict(
        backbone=dict(widen_factor=0.25),
        decode_head=dict(in_channels=80, c1_in_channels=8, channels=16),
    ),
    'segformer-b0': dict(
        backbone=dict(embed_dims=8, num_layers=[1] * 4),
        decode_head=dict(in_channels=[8, 16, 40, 64], channels=16),
    ),
    'upernet-swin': dict(
        backbone=dict(embed_dims=24, depths=[1] * 4),
        decode_head=dict(in_channels=[24, 48, 96, 192], channels=16),
        auxiliary_head=dict(in_channels=96, channels=16),
    ),
    'unet': dict(
        backbone=dict(base_channels=4), decode_head=dict(in_channels=4, channels=4)
    ),
    'bisenetv2': dict(
        backbone=dict(
            detail_channels=(8, 8, 16),
            semantic_channels=(4, 8, 16, 16),
            bga_channels=16,
        ),
        decode_head=dict(in_channels=16, channels=16),
        auxiliary_head=None,
    ),
}


@pytest.fixture(scope='module')
def folders(tmp_path_factory):
    """``data/a`` with four bands, three classes and a held-out part; ``data/b``."""
    root, (image, labels) = tmp_path_factory.mktemp('networks'), make()
    scene = write_raster(root / 'a.tif', image, names=BANDS)
    known = write_raster(root / 'a_labels.tif', labels)
    options = dict(window_px=32, classes=('x', 'y', 'z'))
    for name, files in (('a', (known,)), ('b', ())):
        request = Request((scene,), files, HoldOut(0.3, 60, 8), **options)
        prepare_own(request, root / 'data' / name, quiet=True)
    return root


@pytest.fixture(autouse=True)
def _beside_the_data(folders, monkeypatch):
    monkeypatch.chdir(folders)


def load(file, small=True):
    network = file.stem.split('_')[1]
    changes = SMALL[network] if small else {}
    options = {
        f'model.{part}.{key}': value
        for part, values in changes.items()
        for key, value in (values or {}).items()
    }
    if 'auxiliary_head' in changes and changes['auxiliary_head'] is None:
        options['model.auxiliary_head'] = None
    return load_config(file, options=options)


@pytest.mark.parametrize('file', RUNNABLE, ids=[p.stem for p in RUNNABLE])
def test_method_on_network(file):
    """One iteration on two images of each domain: every loss is finite, all learn."""
    cfg = load(file)
    method, network, *_ = file.stem.split('_')
    assert depth(file) <= 4
    assert len(file.read_text().splitlines()) <= 5
    assert cfg.train_dataloader.dataset.source.data_root == 'data/a'
    settings = copy.deepcopy(cfg.model)
    segmentor = settings.get('segmentor', settings)
    segmentor.backbone.get('backbone', segmentor.backbone)['init_cfg'] = None
    model = MODELS.build(settings).train()
    if method.startswith('source-only'):
        with torch.no_grad():
            assert model(torch.zeros(2, 4, 64, 64), mode='tensor').shape[:2] == (2, 3)
        return
    optimizers = build_optim_wrapper(model, cfg.optim_wrapper)
    before = {n: p.clone() for n, p in model.named_parameters()}
    batch = toy_batch(size=64, bands=4)
    if method == 'distilled':  # whose labels of the target are pseudo labels
        samples = batch['data_samples']
        for ours, theirs in zip(samples[::2], samples[1::2], strict=True):
            theirs.gt_sem_seg = ours.gt_sem_seg
    losses = model.train_step(batch, optimizers)
    assert all(torch.isfinite(loss).all() for loss in losses.values())
    still = {n for n, p in model.named_parameters() if torch.equal(p, before[n])}
    assert len(still) < 0.1 * len(before), sorted(still)
    if method == 'dann':
        tap = cfg.model.objectives.alignment.tap
        features = read_taps(model.segmentor, torch.zeros(2, 4, 64, 64), [tap])[tap]
        page = (CONFIGS.parents[1] / 'docs/change_the_network.md').read_text()
        row = rf'`{re.escape(tap)}` \| \d+ \| 1/{64 // features.shape[2]} \|'
        assert re.search(row, page)
    name = f'source-only_{network}_a_b'
    assert Path(SourceModel(load(file, small=False)).run.work_dir).name == name


def test_convnext_needs_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, 'mmpretrain', None)
    with pytest.raises(ImportError, match=r"'mmuda\[mmpretrain\]'"):
        load_config(CONFIGS / 'dann_upernet-convnext_a_b.py')


def test_every_leaf_is_listed():
    for file in LEAVES:
        for listing in ('README.md', 'metafile.yml'):
            assert file.name in (CONFIGS / listing).read_text()
