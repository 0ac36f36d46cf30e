"""Exported models in a process that can not import mmuda."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from toy_run import make_data, write_config

from mmuda.jobs.config import load_config
from mmuda.jobs.export import export_segmentor

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
    from conftest import toy_adaptor

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
