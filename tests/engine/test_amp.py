"""Mixed precision on the CPU: operations, gradients, distance to float32."""

import copy
import shutil
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import toy_adaptor, toy_batch, toy_optimizers
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from test_domain_moments import CONFIG, CYCLEGAN, DISCRIMINATOR
from torch import nn
from toy_run import make_data, mmuda

from mmuda.datasets.rasters import open_raster
from mmuda.engine.amp import (
    HALF,
    channels_last,
    mixed_precision,
    run_in_mixed_precision,
)
from mmuda.engine.checkpoint import load_checked

OPERATIONS = {
    'softmax': lambda x: x.softmax(1),
    'F.softmax': lambda x: F.softmax(x, dim=1),
    'log_softmax': lambda x: F.log_softmax(x, 1),
    'torch.log': lambda x: torch.log(x),
    'exp': lambda x: x.exp(),
    'power': lambda x: x**2,
    'sum': lambda x: x.sum(),
    'mean': lambda x: torch.mean(x, (2, 3)),
    'var': lambda x: x.var(1),
    'var_mean': lambda x: torch.var_mean(x, (2, 3))[1],
    'norm': lambda x: x.norm(),
    'cosine': lambda x: F.cosine_similarity(x, x.flip(0)),
    'cross_entropy': lambda x: F.cross_entropy(x, torch.zeros(4, 16, 16).long()),
    'squares': lambda x: F.mse_loss(x, x.flip(0)),
    'cdist': lambda x: torch.cdist(x[0, 0], x[0, 1]),
    'quantile': lambda x: x[0].quantile(0.3),
    'resize': lambda x: F.interpolate(input=x, size=(24, 24), mode='bilinear'),
}


@pytest.mark.parametrize('name', OPERATIONS)
def test_reductions_are_those_of_float32(name):
    """Of values in bfloat16 they give what float32 gives, to the bit."""
    values = torch.rand(4, 8, 16, 16).bfloat16()
    wanted = OPERATIONS[name](values.float())
    with mixed_precision('cpu'):
        found = OPERATIONS[name](values)
    assert found.dtype == torch.float32
    assert torch.equal(found, wanted)


def test_weights_are_those_of_the_moment():
    """Changed within one context, as an objective does that keeps a moving average."""
    layer, images = nn.Conv2d(3, 4, 3), torch.rand(2, 3, 8, 8)
    with mixed_precision('cpu'):
        with torch.no_grad():
            layer(images)
            nn.init.zeros_(layer.weight)
            nn.init.ones_(layer.bias)
        output = layer(images)
        output.sum().backward()
    assert (output == 1).all()
    assert (layer.bias.grad == output[:, 0].numel()).all()


@pytest.mark.parametrize('dilation', [1, 2, 6, 12])
@pytest.mark.parametrize('size', [29, 32, 65])
@pytest.mark.parametrize('outputs', [32, 64])
def test_depthwise_convolutions_have_the_gradients_of_float32(outputs, size, dilation):
    """PyTorch's own, dilated and in bfloat16, come from memory that nobody wrote."""
    torch.manual_seed(0)
    shape = dict(padding=dilation, dilation=dilation, groups=32)
    layer = nn.Conv2d(32, outputs, 3, **shape)
    mixed = copy.deepcopy(layer)
    channels_last(mixed)
    images = torch.randn(2, 32, size, size)
    weights = torch.randn(2, outputs, size, size)
    (layer(images) * weights).sum().backward()
    with mixed_precision('cpu'):
        output = mixed(images.contiguous(memory_format=torch.channels_last))
    (output.float() * weights).sum().backward()
    found, wanted = mixed.weight.grad, layer.weight.grad
    assert (found - wanted).abs().max() < 0.02 * wanted.abs().max()


def network():
    torch.manual_seed(0)
    layers = [nn.Conv2d(3, 32, 3), nn.BatchNorm2d(32), nn.ReLU(), nn.Conv2d(32, 8, 3)]
    return nn.Sequential(*layers)


def test_a_network_runs_in_bfloat16_with_channels_last():
    model, mixed, images = network(), network(), torch.rand(2, 3, 24, 24)
    run_in_mixed_precision(mixed)
    channels_last(mixed)
    inner = []
    mixed[2].register_forward_hook(lambda _module, _args, output: inner.append(output))
    found, wanted = mixed(images), model(images)
    assert inner[0].dtype == torch.bfloat16
    assert inner[0].is_contiguous(memory_format=torch.channels_last)
    assert found.dtype == torch.float32
    # Each number has 8 bits; errors of 288 products average out.
    assert not torch.equal(found, wanted)
    assert (found - wanted).std() < 2**-7 * wanted.std()
    for name, value in mixed.state_dict().items():
        assert value.dtype == model.state_dict()[name].dtype


def test_a_copy_runs_with_its_own_weights():
    """As the averaged model of an EMAHook is a copy."""
    model, images = network(), torch.rand(2, 3, 8, 8)
    run_in_mixed_precision(model)
    other = copy.deepcopy(model)
    nn.init.zeros_(other[3].weight)
    nn.init.zeros_(other[3].bias)
    assert other(images).abs().max() == 0
    assert model(images).abs().max() > 0


def test_training_is_near_that_in_float32():
    """DANN with batch statistics: the losses of every phase, and float32 throughout."""
    cfg = toy_adaptor(norm=dict(type='BN'))
    torch.manual_seed(0)
    models = [MODELS.build(cfg).train()]
    models.append(copy.deepcopy(models[0]))
    run_in_mixed_precision(models[1])
    channels_last(models[1])
    adam = toy_optimizers(dict(type='Adam', lr=0.003))
    optimizers = [build_optim_wrapper(model, adam) for model in models]
    for i in range(20):
        logs = [
            model.train_step(toy_batch(seed=i % 3), optimizer)
            for model, optimizer in zip(models, optimizers, strict=True)
        ]
        for name, wanted in logs[0].items():
            if 'loss' in name:
                assert logs[1][name].dtype == torch.float32
                assert float(logs[1][name]) == pytest.approx(float(wanted), rel=0.02)
    for value in models[1].state_dict().values():
        assert value.dtype in (torch.float32, torch.long)


def test_a_translator_trains_resumes_and_translates(tmp_path):
    """Its pool of generated images is float32 too; its images are nearly the same."""
    make_data(tmp_path / 'data', size=24)
    model = dict(CYCLEGAN, discriminator=DISCRIMINATOR)
    config = tmp_path / 'cyclegan.py'
    config.write_text(CONFIG.format(data=str(tmp_path / 'data'), model=model))
    mmuda('train', config, '--amp', '--work-dir', 'whole')
    Path('stopped').mkdir()
    shutil.copy('whole/iter_2.pth', 'stopped')
    mmuda('train', config, '--amp', '--work-dir', 'stopped', '--resume')
    whole, resumed = (
        load_checked(f'{folder}/iter_4.pth')['state_dict']
        for folder in ('whole', 'stopped')
    )
    assert whole['pools.source.images'].numel()
    for name, value in whole.items():
        assert value.dtype not in HALF.values(), name
        assert torch.equal(value, resumed[name]), name

    images = tmp_path / 'data/source/images'
    translate = 'translate', config, 'whole/iter_4.pth', '--in', images
    mmuda(*translate, '--out', 'full')
    mmuda(*translate, '--out', 'half', '--amp')
    refused = mmuda(*translate, '--out', 'half', check=False)
    assert 'was made with amp True, now it is None' in refused.stderr
    for i in range(6):
        full, half = (pixels(f'{folder}/{i}.tif') for folder in ('full', 'half'))
        assert full.std() > 0
        assert abs(half - full).max() <= 3  # of 255
        assert abs(half - full).mean() < 0.5


def pixels(file):
    with open_raster(file) as raster:
        return raster.read().astype(float)
