"""Any segmentor: the methods for one's own data on the networks of configs/own."""

import copy
import importlib
import re
import sys
from pathlib import Path

import pytest
import torch
from conftest import toy_batch
from mmengine.config import ConfigDict
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from own_scenes import BANDS, make, write_raster

from mmuda.jobs.config import load_config
from mmuda.jobs.inheritance import depth, find_config, read_config_file
from mmuda.jobs.plain import plain_segmentor
from mmuda.jobs.prediction.model import finished_config
from mmuda.jobs.prerequisites import SourceModel
from mmuda.models.taps import read_taps
from mmuda.preparation.own import HoldOut, Request, prepare_own

CONFIGS = Path(__file__).parents[1] / 'configs/own'
LEAVES = sorted(CONFIGS.glob('*.py'))
# Networks of packages that need not be there: MMPretrain's is built by no test.
EXTRAS = {'upernet-convnext': 'mmpretrain', 'mask2former': 'mmdet'}
MISSING = {'upernet-convnext'}
try:
    importlib.import_module('mmdet.models')
except ImportError:  # mmdet itself, or the operators of mmcv
    MISSING.add('mask2former')
RUNNABLE = [file for file in LEAVES if file.stem.split('_')[1] not in MISSING]
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
    'mask2former': {
        'backbone': dict(embed_dims=24, depths=[1] * 4),
        'decode_head': {
            'in_channels': [24, 48, 96, 192],
            'num_queries': 5,
            'pixel_decoder.encoder.num_layers': 1,
            'transformer_decoder.num_layers': 1,
            'train_cfg.num_points': 64,
        },
    },
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
    if cfg.get('pseudo_labels'):  # whose labels of the target are made before
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


@pytest.mark.parametrize(('network', 'package'), EXTRAS.items())
def test_needs_its_extra(network, package, monkeypatch):
    for name in (package, f'{package}.models'):
        monkeypatch.setitem(sys.modules, name, None)
    for read in (load_config, finished_config):  # to train, to predict
        with pytest.raises(ImportError, match=rf"'mmuda\[{package}\]'"):
            read(CONFIGS / f'dann_{network}_a_b.py')


def published_mask2former():
    """MMSeg's own config of the same network, for the 19 classes of Cityscapes."""
    name = 'mmseg::mask2former/mask2former_swin-t_8xb2-90k_cityscapes-512x1024.py'
    return read_config_file(find_config(name)).model


def our_mask2former(num_classes):
    """The network of ``configs/_base_``, from random weights."""
    cfg = read_config_file(CONFIGS.parent / '_base_/networks/mask2former.py').model
    cfg.decode_head.num_classes = num_classes
    cfg.backbone.init_cfg = None
    return cfg


def dropouts(model):
    return {m.p for m in model.modules() if isinstance(m, torch.nn.Dropout)}


class TestMask2Former:
    """Against MMSeg's own, where MMDetection is installed."""

    __test__ = 'mask2former' not in MISSING

    def test_learns_and_predicts_as_published(self):
        """Losses are those of the head of MMSeg's config, bit for bit."""
        torch.manual_seed(0)
        ours = MODELS.build(our_mask2former(19).decode_head)
        theirs = MODELS.build(published_mask2former().decode_head)
        ours.init_weights()
        theirs.load_state_dict(ours.state_dict())  # strictly
        assert dropouts(ours) == dropouts(theirs) == {0.0}
        assert ours.num_points == theirs.num_points
        ours.num_points = theirs.num_points = 64
        levels = [torch.randn(2, 96 * 2**n, 16 >> n, 16 >> n) for n in range(4)]
        samples = toy_batch(('source', 'source'), size=64)['data_samples']
        samples[1].gt_sem_seg.data[:] = 255  # an image without labels
        losses = []
        for head in (ours, theirs):
            torch.manual_seed(1)  # of the points
            losses.append(head.loss(levels, samples, None))
        assert losses[0] == losses[1]
        metas = [dict(img_shape=(60, 64), pad_shape=(60, 64))] * 2
        logits = ours.eval().predict(levels, metas, None)
        scores = theirs.eval().predict(levels, metas, None)
        torch.testing.assert_close(logits.exp(), scores, rtol=1e-5, atol=1e-5)

    def test_as_plain_mmseg(self):
        torch.manual_seed(0)
        ours = MODELS.build(our_mask2former(3))
        ours.init_weights()
        cfg, weights = plain_segmentor(our_mask2former(3), ours.state_dict())
        plain = MODELS.build(ConfigDict(cfg))
        plain.load_state_dict(weights)  # strictly
        assert type(plain.decode_head).__module__.startswith('mmseg.')
        images = torch.randn(1, 3, 64, 96)
        with torch.no_grad():
            ours, plain = (m.eval().predict(images)[0] for m in (ours, plain))
        torch.testing.assert_close(
            ours.seg_logits.data.exp(), plain.seg_logits.data, rtol=1e-5, atol=1e-5
        )
        assert torch.equal(ours.pred_sem_seg.data, plain.pred_sem_seg.data)

    def test_slides(self):
        """Windows of an image: each at its own size, the last ones cut back."""
        cfg = our_mask2former(3)
        cfg.test_cfg = dict(mode='slide', crop_size=(32, 32), stride=(32, 32))
        model = MODELS.build(cfg).eval()
        images = torch.randn(1, 3, 32, 64)
        with torch.no_grad():
            whole = model.predict(images)[0].seg_logits.data
            left, right = (
                model.predict(part)[0].seg_logits.data for part in images.split(32, 3)
            )
        torch.testing.assert_close(whole, torch.cat([left, right], 2))


def test_every_leaf_is_listed():
    for file in LEAVES:
        for listing in ('README.md', 'metafile.yml'):
            assert file.name in (CONFIGS / listing).read_text()
