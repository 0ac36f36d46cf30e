"""Exported models in a process that can not import mmuda."""

import json
import subprocess
import sys

import cv2
import numpy as np
import onnxruntime
import pytest
import rasterio
import torch
from conftest import toy_adaptor, toy_segmentor
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from own_scenes import write_raster
from toy_run import make_data, write_config

import mmuda
from mmuda.jobs import onnx as onnx_export
from mmuda.jobs.config import load_config
from mmuda.jobs.export import export_model, export_segmentor
from mmuda.jobs.prediction import load_predictor

PLAIN = """
import sys
sys.modules['mmuda'] = None  # importing it fails
import numpy as np
from mmseg.apis import MMSegInferencer, inference_model, init_model

config, checkpoint, image, out = sys.argv[1:]
model = init_model(config, checkpoint, device='cpu')
result = inference_model(model, image)
assert model.dataset_meta['classes'] == ('a', 'b', 'c')
inferencer = MMSegInferencer(config, checkpoint, device='cpu')
again = inferencer(image, return_datasamples=True)
assert (again.pred_sem_seg.data == result.pred_sem_seg.data).all()
np.save(out, result.seg_logits.data.numpy())
"""


@pytest.fixture
def trained(tmp_path):
    """A toy config, and a checkpoint of weights that nobody trained."""
    init_default_scope('mmseg')
    make_data(tmp_path / 'data')
    config = write_config(tmp_path)
    cfg = load_config(config)
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    file = tmp_path / 'iter_6.pth'
    torch.save(dict(state_dict=model.state_dict()), file)
    return config, str(file), model.eval()


def test_predicts_without_mmuda(trained, tmp_path):
    """The logits of mmuda's own model, from an image file, by MMSeg's functions."""
    config, checkpoint, model = trained
    image = np.random.default_rng(0).integers(256, size=(16, 16, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / 'image.png'), image[..., ::-1])
    files = export_segmentor(config, checkpoint, str(tmp_path / 'plain' / 'model'))
    words = [str(f) for f in (*files, tmp_path / 'image.png', tmp_path / 'out.npy')]
    done = subprocess.run(
        [sys.executable, '-c', PLAIN, *words], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    expected = model(
        torch.from_numpy(image.transpose(2, 0, 1).copy()).float()[None], mode='tensor'
    )
    resized = torch.nn.functional.interpolate(expected, (16, 16), mode='bilinear')
    found = torch.from_numpy(np.load(tmp_path / 'out.npy'))
    torch.testing.assert_close(found, resized[0].detach(), rtol=1e-5, atol=1e-5)


def test_names_nothing_of_mmuda_or_of_a_data_set(trained, tmp_path):
    config, checkpoint, _ = trained
    file, _ = export_segmentor(config, checkpoint, str(tmp_path / 'model'))
    text = file.read_text()
    for word in ('LoadRaster', 'FolderDataset', 'Domain', 'mmuda', str(tmp_path)):
        assert word not in text


def test_of_a_target_without_labels(trained, tmp_path):
    """Nothing is tested on; sizes are those of the config's own pipeline."""
    config, checkpoint, _ = trained
    resize = dict(type='Resize', scale=(32, 16))
    with open(config, 'a') as text:
        text.write('test_dataloader = test_cfg = test_evaluator = None\n')
        text.write(f"test_pipeline = [{resize}, dict(type='PackSegInputs')]\n")
    file, _ = export_segmentor(config, checkpoint, str(tmp_path / 'model'))
    exported = Config.fromfile(file).test_pipeline
    assert [step['type'] for step in exported] == [
        'LoadImageFromFile',
        'Resize',
        'PackSegInputs',
    ]
    assert tuple(exported[1].scale) == (32, 16)


def test_nothing_of_lsd_is_exported(trained, tmp_path):
    """What is written is what another method's equal segmentor gives."""
    config, checkpoint, model = trained
    with open(config, 'a') as text:
        text.write(
            "model['objectives'] = dict(\n"
            "    supervision=dict(type='Supervision', phase='segmentor'),\n"
            '    lsd=dict(\n'
            "        type='ReconstructionAlignment', taps=['backbone.decoder.0'],\n"
            "        generator=dict(type='PyramidGenerator', strides=[1])))\n"
            'parts = dict(\n'
            "    critic='objectives.lsd.discriminator',\n"
            "    generator='objectives.lsd.generator', segmentor='segmentor')\n"
            "model['phases'] = [dict(name=n, updates=[u]) for n, u in parts.items()]\n"
            "sgd = dict(optimizer=dict(type='SGD', lr=1))\n"
            'optim_wrapper = dict.fromkeys(parts, sgd)\n'
        )
    lsd = MODELS.build(load_config(config).model)
    lsd.segmentor.load_state_dict(model.segmentor.state_dict())
    torch.save(dict(state_dict=lsd.state_dict()), tmp_path / 'lsd.pth')
    written = {}
    for name in (checkpoint, str(tmp_path / 'lsd.pth')):
        file, weights = export_segmentor(config, name, str(tmp_path / 'out'))
        written[name] = file.read_text(), torch.load(weights)['state_dict']
    (text, weights), (other_text, other_weights) = written.values()
    assert text == other_text
    assert weights.keys() == other_weights.keys() == model.segmentor.state_dict().keys()
    assert all(torch.equal(weights[name], other_weights[name]) for name in weights)


def test_refuses_images_that_mmseg_can_not_normalise(trained, tmp_path):
    config, checkpoint, _ = trained
    with open(config, 'a') as text:
        text.write('model["data_preprocessor"].update(mean=[0.0] * 4, std=[1.0] * 4)\n')
    with pytest.raises(ValueError, match=r'images of 4 bands; .* takes one or three'):
        export_segmentor(config, checkpoint, str(tmp_path / 'model'))


def test_other_statistics_without_training(tmp_path):
    """``alpha`` takes the place of what the config declares."""

    make_data(tmp_path / 'data')
    norm = dict(type='BN')
    config = write_config(tmp_path, model=toy_adaptor(norm=norm).to_dict())
    model = MODELS.build(load_config(config).model)
    for role, value in (('source', 1.0), ('target', 3.0)):
        for name, buffer in getattr(model.statistics, role).named_buffers():
            buffer.fill_(2 if name.endswith('tracked') else value)
    torch.save(dict(state_dict=model.state_dict()), tmp_path / 'iter_6.pth')
    for alpha, expected in ((None, 3.0), (0.0, 1.0), (0.25, 1.5)):
        _, file = export_segmentor(
            config, str(tmp_path / 'iter_6.pth'), str(tmp_path / 'model'), alpha
        )
        weights = torch.load(file, weights_only=True)['state_dict']
        means = [v for name, v in weights.items() if name.endswith('running_mean')]
        assert means
        assert all(mean.eq(expected).all() for mean in means)


def test_onnx_of_any_size(trained, tmp_path):
    """Probabilities of images of any size, as PyTorch computes them."""
    config, checkpoint, model = trained
    (file,) = export_model(config, checkpoint, str(tmp_path / 'm'), formats=['onnx'])
    session = onnxruntime.InferenceSession(str(file))
    about = {
        key: json.loads(value)
        for key, value in session.get_modelmeta().custom_metadata_map.items()
    }
    assert about['classes'] == ['0', '1', '2']  # nobody named them
    assert about['mean'] == [0, 0, 0]
    assert about['any_size'] is True
    for shape in ((1, 3, 64, 160), (2, 3, 32, 32)):
        images = np.random.default_rng(0).uniform(0, 10, shape).astype(np.float32)
        logits = model(torch.from_numpy(images), mode='tensor')
        logits = torch.nn.functional.interpolate(logits, shape[2:], mode='bilinear')
        (found,) = session.run(None, {'image': images})
        expected = logits.softmax(1).detach().numpy()
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_onnx_of_a_network_that_counts_on_its_size(tmp_path):
    """Windows of attention and pooling to unequal cells: right at one size."""
    init_default_scope('mmseg')
    make_data(tmp_path / 'data')
    settings = toy_segmentor()
    settings.data_preprocessor = dict(type='RasterDataPreprocessor', size_divisor=1)
    attention = dict(type='SwinTransformer', embed_dims=8, depths=(1,), num_heads=(1,))
    settings.backbone = dict(attention, strides=(4,), out_indices=(0,), window_size=3)
    settings.decode_head = dict(
        type='PSPHead', in_channels=8, in_index=0, channels=4, num_classes=3
    )
    config = write_config(tmp_path, model=settings.to_dict())
    torch.manual_seed(0)
    model = MODELS.build(load_config(config).model).eval()
    file = tmp_path / 'iter_6.pth'
    torch.save(dict(state_dict=model.state_dict()), file)
    predictor = load_predictor(config, str(file), device='cpu')
    out = onnx_export.export_onnx(predictor, tmp_path / 'm.onnx', tile_px=64)
    session = onnxruntime.InferenceSession(str(out))
    assert session.get_modelmeta().custom_metadata_map['any_size'] == 'false'
    assert session.get_inputs()[0].shape == [1, 3, 64, 64]
    images = torch.rand(1, 3, 64, 64) * 10
    with torch.no_grad():
        logits = model(images, mode='tensor')
    expected = torch.nn.functional.interpolate(logits, (64, 64), mode='bilinear')
    (found,) = session.run(None, {'image': images.numpy()})
    np.testing.assert_allclose(found, expected.softmax(1), atol=1e-5)


def test_deepness(tmp_path):
    """What the plugin gives its networks: four bands, between 0 and 1, standardised."""
    config, checkpoint, model = trained_on_four_bands(tmp_path)
    (file,) = export_model(
        config, checkpoint, str(tmp_path / 'm'), formats=['deepness']
    )
    assert file.name == 'm_deepness.onnx'
    session = onnxruntime.InferenceSession(str(file))
    about = {
        key: json.loads(value)
        for key, value in session.get_modelmeta().custom_metadata_map.items()
    }
    assert about['model_type'] == 'Segmentor'
    assert about['class_names'] == {'0': 'a', '1': 'b', '2': 'c'}
    assert about['resolution'] == 20
    (given,), (output,) = session.get_inputs(), session.get_outputs()
    assert given.shape == [1, 4, 256, 256]
    assert output.shape == [1, 3, 256, 256]
    assert about['tile_size'] == about['tiles_size'] == 256
    tile = np.random.default_rng(0).integers(256, size=(1, 256, 256, 4))
    mean, std = (np.array(about[f'standardization_{k}']) for k in ('mean', 'std'))
    standardised = (tile / 255 - mean) / std
    image = standardised.transpose(0, 3, 1, 2).astype(np.float32)
    (found,) = session.run(None, {given.name: image})
    inputs = [torch.from_numpy(tile[0].transpose(2, 0, 1).astype(np.float32))]
    (sample,) = model.segmentor.predict(
        model.data_preprocessor(dict(inputs=inputs), False)['inputs']
    )
    expected = sample.seg_logits.data.softmax(0).detach().numpy()
    assert expected.std((1, 2)).max() > 0.02
    np.testing.assert_allclose(found[0], expected, atol=1e-4)


def trained_on_four_bands(tmp_path):
    """Config, checkpoint and model with statistics of its own and named classes."""

    adaptor = toy_adaptor(bands=4)
    own = dict(mean=[100.0, 120, 90, 60], std=[50.0, 40, 30, 20])
    adaptor.data_preprocessor.domains = dict(target=own)
    make_data(tmp_path / 'data')
    config = write_config(tmp_path, model=adaptor.to_dict())
    torch.manual_seed(0)
    model = MODELS.build(load_config(config).model).eval()
    images = dict(target=dict(bands=['a', 'b', 'c', 'd'], gsd_m=0.2, size_px=224))
    meta = dict(dataset_meta=dict(classes=('a', 'b', 'c')), mmuda_images=images)
    file = tmp_path / 'four.pth'
    torch.save(dict(state_dict=model.state_dict(), meta=meta), file)
    return config, str(file), model


def test_refuses_onnx_that_says_something_else(trained, tmp_path, monkeypatch):
    config, checkpoint, _ = trained
    monkeypatch.setattr(onnx_export, 'TOLERANCE', -1)
    with pytest.raises(ValueError, match=r'ONNX Runtime differs from PyTorch by'):
        export_model(config, checkpoint, str(tmp_path / 'm'), formats=['onnx'])
    assert not list(tmp_path.glob('*m.onnx*'))


def test_an_export_of_images_whose_bands_nobody_knows(trained, tmp_path):
    """They are taken in order by the run, turned round by its export."""
    config, checkpoint, model = trained
    meta = dict(mmuda_images=dict(target=dict(size_px=64)))
    torch.save(dict(state_dict=model.state_dict(), meta=meta), checkpoint)
    files = export_segmentor(config, checkpoint, str(tmp_path / 'plain'))
    pixels = np.random.default_rng(0).integers(256, size=(3, 70, 50), dtype=np.uint8)
    scene = write_raster(tmp_path / 'scene.tif', pixels)
    maps = []
    for name, of in (('run', (config, checkpoint)), ('plain', files)):
        mmuda.predict(*of, scene, tmp_path / f'{name}.tif')
        with rasterio.open(tmp_path / f'{name}.tif') as raster:
            maps.append(raster.read())
    assert (maps[0] == maps[1]).mean() > 0.99  # but for equal scores
    assert len(np.unique(maps[0])) > 1


def test_predicts_scenes_by_the_plain_export(trained, tmp_path):
    """The order of bands travels: the same map by the run and by its export."""
    config, checkpoint, model = trained
    content = dict(state_dict=model.state_dict())
    images = dict(target=dict(bands=['r', 'g', 'b'], by_name=False, size_px=64))
    content['meta'] = dict(mmuda_images=images)
    torch.save(content, checkpoint)
    files = export_segmentor(config, checkpoint, str(tmp_path / 'plain'))
    pixels = np.random.default_rng(0).integers(256, size=(4, 70, 50), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / 'scene.png'), pixels[1:].transpose(1, 2, 0))
    write_raster(tmp_path / 'scene.tif', pixels, names=('nir', 'b', 'g', 'r'))
    maps = []
    for cfg, weights in ((config, checkpoint), files):
        for scene in ('scene.png', 'scene.tif'):
            out = tmp_path / f'{len(maps)}.tif'
            mmuda.predict(cfg, weights, tmp_path / scene, out, probabilities=True)
            with rasterio.open(tmp_path / f'{len(maps)}_probabilities.tif') as raster:
                maps.append(raster.read().astype(int))
    assert max(np.abs(maps[0] - other).max() for other in maps[1:]) <= 1
    assert maps[0].std() > 10
