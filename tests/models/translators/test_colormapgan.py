"""ColorMapGAN: a table of colours."""

import pytest
import torch
from conftest import toy_batch
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from toys import (
    assert_invalid_pixels_have_no_influence,
    assert_phases_learn,
    assert_two_and_two_iterations_are_four,
    domain_batches,
    losses_of,
)

DISCRIMINATOR = dict(type='PatchGANDiscriminator', channels=4, num_layers=1)
CFG = dict(type='ColorMapGAN', levels=8, discriminator=DISCRIMINATOR)


def build(**settings):
    torch.manual_seed(0)
    return MODELS.build({**CFG, **settings}).double()


def test_begins_as_the_identity():
    images = torch.randint(256, (2, 3, 16, 16)).double()
    torch.testing.assert_close(build().translate(images), images)


def test_map_is_w_x_plus_b_of_each_colour():
    model = MODELS.build(dict(CFG, levels=256)).double()
    table = model.generator
    assert sum(p.numel() for p in table.parameters()) == 100_663_296
    images = torch.randint(256, (1, 3, 4, 5)).double()
    with torch.no_grad():
        for colour in images[0].flatten(1).T.long():
            at = colour[0] * 65536 + colour[1] * 256 + colour[2]
            table.scale[at], table.shift[at] = torch.rand(2, 3).double()
        mapped = table(images / 127.5 - 1)
        for y in range(4):
            for x in range(5):
                red, green, blue = images[0, :, y, x].long()
                at = red * 65536 + green * 256 + blue
                value = images[0, :, y, x] / 127.5 - 1
                expected = table.scale[at] * value + table.shift[at]
                torch.testing.assert_close(mapped[0, :, y, x], expected)


def test_fewer_levels_lump_neighbours_together():
    table = build().generator
    images = torch.arange(256).expand(1, 3, 1, 256) / 127.5 - 1
    first = table._colour(images)[0, 0]
    value = torch.arange(256) // 32
    assert torch.equal(first, value * 64 + value * 8 + value)


@torch.no_grad()
def test_losses_are_those_of_lsgan():
    model = build()
    batch = domain_batches(number=1, size=16)
    fake, real = model.generator(batch['source'].inputs), batch['target'].inputs
    judge = model.discriminator
    loss = losses_of(model, 'generator', batch)['loss_adversarial']
    torch.testing.assert_close(loss, ((judge(fake) - 1) ** 2).mean() / 2)
    loss = losses_of(model, 'critic', batch)['loss_discriminator']
    expected = (((judge(real) - 1) ** 2).mean() + (judge(fake) ** 2).mean()) / 2
    torch.testing.assert_close(loss, expected)


def test_colours_that_are_not_met_stay():
    model = build().float()
    one = dict(optimizer=dict(type='Adam', lr=1e-2))
    optimizers = build_optim_wrapper(
        model,
        dict(constructor='PhasedOptimWrapperConstructor', generator=one, critic=one),
    )
    batch = toy_batch(('source', 'target'), size=16)
    batch['inputs'] = [torch.zeros(3, 16, 16), torch.full((3, 16, 16), 200.0)]
    model.train_step(batch, optimizers)
    moved = (model.generator.shift != 0).any(1).nonzero().flatten().tolist()
    assert moved == [0]


@pytest.mark.parametrize('bands', [1, 4])
def test_rejects_other_bands(bands):
    with pytest.raises(ValueError, match=f'got {bands} bands, expected 3'):
        build(bands=bands)


def test_rejects_other_depths():
    preprocessor = dict(
        type='DomainDataPreprocessor',
        mean=[1000.0] * 3,
        std=[500.0] * 3,
        size_divisor=1,
    )
    with pytest.raises(ValueError, match=r'got mean or std \[1000.*expected 127\.5'):
        build(data_preprocessor=preprocessor)
    with pytest.raises(ValueError, match='values from 0 to 4095, expected 8 bits'):
        build().translate(torch.tensor([0.0, 4095]).expand(1, 3, 1, 2))


def test_has_no_way_back():
    model = build()
    with pytest.raises(ValueError, match=r"not \('target', 'source'\)"):
        model.translate(torch.zeros(1, 3, 4, 4), 'target', 'source')
    assert set(model.panels(domain_batches())) == {'source', 'source.translated'}


def test_each_phase_teaches_its_networks_alone():
    assert_phases_learn(build(), domain_batches(number=1))


def test_invalid_pixels_have_no_influence():
    assert_invalid_pixels_have_no_influence(build())


def test_two_and_two_iterations_are_four():
    assert_two_and_two_iterations_are_four(CFG, ['generator', 'critic'])
