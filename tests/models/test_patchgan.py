"""The 70 x 70 PatchGAN."""

import torch
from mmseg.registry import MODELS
from torch import nn


def build(**settings):
    return MODELS.build(dict(type='PatchGANDiscriminator', **settings))


def test_size_is_that_of_the_published_code():
    """2.765 million parameters, 30 x 30 scores of 256 x 256 pixels."""
    model = build()
    assert sum(p.numel() for p in model.parameters()) == 2_764_737
    assert model(torch.randn(1, 3, 256, 256)).shape == (1, 1, 30, 30)


def test_a_score_sees_70_pixels():
    model = build(channels=4, normalise=False).double()
    image = torch.randn(1, 3, 142, 142, dtype=torch.double, requires_grad=True)
    scores = model(image)
    middle = scores.shape[2] // 2
    scores[0, 0, middle, middle].backward()
    rows = image.grad.abs().sum((0, 1, 3)).nonzero()
    assert rows.max() - rows.min() + 1 == 70


def test_layers_are_those_of_the_paper():
    kinds = [type(layer).__name__ for layer in build().layers]
    block = ['Conv2d', 'InstanceNorm', 'LeakyReLU']
    assert kinds == ['Conv2d', 'LeakyReLU', *block, *block, *block, 'Conv2d']
    convolutions = [x for x in build(in_channels=4).layers if isinstance(x, nn.Conv2d)]
    widths = [(x.in_channels, x.out_channels, x.stride[0]) for x in convolutions]
    assert widths == [
        (4, 64, 2),
        (64, 128, 2),
        (128, 256, 2),
        (256, 512, 1),
        (512, 1, 1),
    ]
    model = build()
    model.init_weights()
    assert abs(float(model.layers[2].weight.std()) - 0.02) < 1e-3
