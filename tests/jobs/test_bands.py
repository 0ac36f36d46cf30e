"""Prepared folders as data sets, and their bands from files to backbones."""

import re
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import load_checkpoint
from mmseg.registry import MODELS
from own_scenes import BANDS, make, write_raster
from toy_run import mmuda

from mmuda.jobs.bands import provide_weights, widen_first
from mmuda.jobs.config import load_config
from mmuda.jobs.inheritance import read_config_file
from mmuda.jobs.training import check_images_and_labels, check_pooling
from mmuda.preparation.own import HoldOut, Request, prepare_own


@pytest.fixture
def folders(tmp_path):
    """``data/a``, labelled, and ``data/b``, of 16 bits and bare: four bands."""
    image, labels = make()
    write_raster(tmp_path / 'a.tif', image, names=BANDS)
    write_raster(tmp_path / 'a_labels.tif', labels)
    write_raster(tmp_path / 'b.tif', 7 * make(seed=1)[0].astype('uint16'), names=BANDS)
    held = HoldOut(0.3, 60, 8)
    files = (tmp_path / 'a.tif',), (tmp_path / 'a_labels.tif',)
    options = dict(window_px=32, classes=('x', 'y', 'z'))
    source = prepare_own(Request(*files, held, **options), tmp_path / 'data/a', True)
    files = (tmp_path / 'b.tif',), ()
    target = prepare_own(Request(*files, held, window_px=32), tmp_path / 'data/b', True)
    return source, target


def load(config='semsim/dann_hannover_vaihingen.py', **options):
    return load_config(
        f'mmuda::{config}', source='data/a', target='data/b', options=options
    )


def test_a_folder_is_a_source_and_a_target(folders):
    source, target = folders
    cfg = load()
    dataset = cfg.train_dataloader.dataset
    assert (dataset.source.data_root, dataset.target.data_root) == ('data/a', 'data/b')
    assert [s.type for s in dataset.target.pipeline] == [
        *('RandomWindow', 'LoadRaster', 'PackRaster')
    ]
    assert cfg.val_dataloader is cfg.test_dataloader is None  # B has no labels
    assert cfg.model.segmentor.decode_head.num_classes == 3
    assert cfg.work_dir == 'work_dirs/semsim/dann_a_b'
    for name, made in (('source', source), ('target', target)):
        own = cfg.model.data_preprocessor.domains[name]
        assert (own.mean, own.std) == (made['mean'], made['std'])
    assert load(band_statistics='source').model.data_preprocessor.get('domains') is None
    check_images_and_labels(cfg)


def test_a_config_that_was_loaded_and_written_is_loaded_as_it_is(folders, tmp_path):
    cfg = load('adaptsegnet/adaptsegnet-single_hannover_vaihingen.py')
    cfg.dump(tmp_path / 'written.py')
    again = load_config(tmp_path / 'written.py')
    assert again.model == cfg.model
    assert again.image_bands == list(BANDS)


def test_the_held_out_part_validates(folders):
    cfg = load('source_only/source-only_scratch_hannover_vaihingen.py')
    assert cfg.val_dataloader.dataset.data_root == 'data/a'
    assert cfg.val_dataloader.dataset.split == 'val'
    assert cfg.model.data_preprocessor.std == folders[0]['std']


@pytest.mark.parametrize(
    'config',
    [
        'semsim/dann_hannover_vaihingen.py',
        'adaptsegnet/adaptsegnet-single_hannover_vaihingen.py',
        'semi2i/unet_source-only_hannover_vaihingen.py',
    ],
)
def test_every_backbone_takes_four_bands(folders, config):
    cfg = load(config)
    segmentor = MODELS.build(cfg.model.get('segmentor', cfg.model))
    with torch.no_grad():
        scores = segmentor.eval()(torch.zeros(1, 4, 64, 64), mode='tensor')
    assert scores.shape[1] == 3


@pytest.mark.parametrize('swapped', [False, True])
def test_weights_are_kept_for_the_bands_that_have_them(folders, tmp_path, swapped):
    """Also where the weights are for blue, green and red; the fourth has the mean."""
    three = MODELS.build(dict(type='UNet', in_channels=3, base_channels=4))
    torch.save(three.state_dict(), tmp_path / 'weights.pth')
    order = ('blue', 'green', 'red') if swapped else ('red', 'green', 'blue')
    model = 'data_preprocessor' if swapped else 'unused'
    cfg = load(
        'semi2i/unet_source-only_hannover_vaihingen.py',
        **{
            f'model.{model}.rgb_to_bgr': True,
            'model.backbone.base_channels': 4,
            'model.backbone.init_cfg': dict(
                type='Pretrained', checkpoint=str(tmp_path / 'weights.pth')
            ),
        },
    )
    file = cfg.model.backbone.init_cfg.checkpoint
    assert file.endswith('weights_red-green-blue-nir.pth')
    provide_weights(cfg)
    four = MODELS.build({**cfg.model.backbone, 'init_cfg': None})
    load_checkpoint(four, file, strict=True)
    old, new = (
        next(m for m in net.modules() if isinstance(m, torch.nn.Conv2d)).weight
        for net in (three, four)
    )
    for place, band in enumerate(BANDS):
        expected = old[:, order.index(band)] if band in order else old.mean(1)
        torch.testing.assert_close(new[:, place], expected)
    with pytest.raises(ValueError, match='no convolution of three bands'):
        widen_first({'a': torch.zeros(2, 4, 1, 1)}, BANDS)


def test_weights_that_can_not_be_had(folders):
    missing = dict(type='Pretrained', checkpoint='nowhere.pth')
    cfg = load(**{'model.backbone.init_cfg': missing})
    expected = r'weights nowhere\.pth of .* can not be had .*init_cfg\.checkpoint=FILE'
    with pytest.raises(ValueError, match=expected) as error:
        provide_weights(cfg)
    assert '\n' not in str(error.value)


def test_weights_that_can_not_be_fetched_may_be_put_down(
    folders, tmp_path, monkeypatch
):
    url = 'http://localhost:9/net.pth'  # nobody answers there
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    pretrained = dict(type='Pretrained', checkpoint=url)
    cfg = load(**{'model.backbone.init_cfg': pretrained})
    with pytest.raises(ValueError, match='put the file into') as error:
        provide_weights(cfg)
    place = Path(re.search('put the file into (.*), name', str(error.value))[1])
    place.mkdir(parents=True, exist_ok=True)
    convolution = torch.nn.Conv2d(3, 2, 1)
    torch.save(convolution.state_dict(), place / 'net.pth')
    provide_weights(cfg)
    assert list(Path('work_dirs/pretrained').iterdir())


def test_bands_are_those_of_statistics_and_network(folders):
    cfg = load()
    cfg.model.data_preprocessor.domains.source.std = [1, 2]
    with pytest.raises(
        ValueError, match=r'a\.tif: 4 bands, expected 2 for the std of data_p'
    ):
        check_images_and_labels(cfg)
    cfg = load('semi2i/unet_source-only_hannover_vaihingen.py')
    cfg.model.backbone.in_channels = 3
    with pytest.raises(
        ValueError, match='4 bands, expected 3 for UNet: choose so many by L'
    ):
        check_images_and_labels(cfg)


def test_domains_have_the_same_bands(folders, tmp_path):
    held, scene = HoldOut(0, 60, 8), (tmp_path / 'b.tif',)
    request = Request(scene, (), held, window_px=32, bands=('nir', 'red'))
    prepare_own(request, tmp_path / 'data/c', True)
    with pytest.raises(ValueError, match='bands of target are nir, red, those of sou'):
        load_config(
            'mmuda::semsim/dann_hannover_vaihingen.py', source='data/a', target='data/c'
        )


def test_one_image_per_domain_is_too_few_for_pooled_statistics(folders):
    cfg = load(**{'train_dataloader.batch_size': 2})
    expected = r'batch_size is 2, one image per domain, .* expected at least 4'
    with pytest.raises(ValueError, match=expected):
        check_pooling(cfg)
    check_pooling(load(**{'train_dataloader.batch_size': 4}))
    check_pooling(load('adaptsegnet/adaptsegnet-single_hannover_vaihingen.py'))


def test_a_missing_package_names_its_extra(tmp_path, monkeypatch):
    file = tmp_path / 'convnext.py'
    file.write_text(
        "custom_imports = dict(imports='mmpretrain.models', "
        'allow_failed_imports=False)\n'
    )
    monkeypatch.setitem(__import__('sys').modules, 'mmpretrain', None)
    with pytest.raises(
        ImportError, match=r"needs mmpretrain, .* 'mmuda\[mmpretrain\]'"
    ):
        read_config_file(file)


def test_no_folder_and_no_labels(folders):
    for source, message in (
        ('data/z', 'data/z has no manifest.json: make it by `mmuda prepare'),
        ('data', "data set 'data' is unknown, expected .* or a folder of `mmuda"),
    ):
        with pytest.raises((ValueError, FileNotFoundError), match=message):
            load_config(
                'mmuda::semsim/dann_hannover_vaihingen.py',
                source=source,
                target='data/b',
            )


def test_trains_from_scenes_to_a_checkpoint(folders, tmp_path):
    """DANN on random windows of two scenes of four bands, 8 and 16 bits."""
    config = tmp_path / 'own.py'
    config.write_text(
        "_base_ = 'mmuda::semsim/dann_hannover_vaihingen.py'\n"
        "source, target = 'data/a', 'data/b'\n"
        'model = dict(backbone=dict(widen_factor=0.25, init_cfg=None), decode_head=\n'
        '    dict(in_channels=80, c1_in_channels=8, channels=16))\n'
        'pairing = None\n'
        'train_dataloader = dict(batch_size=4, num_workers=0,\n'
        '    persistent_workers=False, sampler=dict(subset=None))\n'
        'train_cfg = dict(max_iters=2)\n'
    )
    mmuda('train', config, '--work-dir', tmp_path / 'run')
    saved = torch.load(tmp_path / 'run/iter_2.pth', weights_only=False)
    weights = saved['state_dict']
    assert weights['segmentor.backbone.conv1.conv.weight'].shape[1] == 4
    assert 'PreparedDataset' in Config.fromstring(saved['meta']['cfg'], '.py').text
