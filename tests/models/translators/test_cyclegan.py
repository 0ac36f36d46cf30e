"""CycleGAN, its SemSim variant and its image pool."""

import pytest
import torch
from mmseg.registry import MODELS
from toys import (
    assert_invalid_pixels_have_no_influence,
    assert_phases_learn,
    assert_tiles_equal_the_whole,
    assert_two_and_two_iterations_are_four,
    domain_batches,
    estimate,
    losses_of,
)

from mmuda.models.layers.image_pool import ImagePool

DISCRIMINATOR = dict(type='PatchGANDiscriminator', channels=4, num_layers=1)
CFG = dict(
    type='CycleGAN',
    generator=dict(channels=4, num_residuals=1),
    discriminator=DISCRIMINATOR,
    weights=dict(identity=5.0),
    pool_size=0,
)


def build(**settings):
    torch.manual_seed(0)
    return MODELS.build({**CFG, **settings}).double()


@torch.no_grad()
def test_losses_are_those_of_the_paper():
    model = build()
    batch = domain_batches(number=1, size=16)
    x, y = batch['source'].inputs, batch['target'].inputs
    forth, back = model.generators['target'], model.generators['source']
    judge_x, judge_y = model.discriminators['source'], model.discriminators['target']
    expected = dict(
        loss_adversarial=((judge_y(forth(x)) - 1) ** 2).mean()
        + ((judge_x(back(y)) - 1) ** 2).mean(),
        loss_cycle=10
        * ((back(forth(x)) - x).abs().mean() + (forth(back(y)) - y).abs().mean()),
        loss_identity=5 * ((forth(y) - y).abs().mean() + (back(x) - x).abs().mean()),
    )
    critic = sum(
        (((judge(real) - 1) ** 2).mean() + (judge(fake) ** 2).mean()) / 2
        for judge, real, fake in ((judge_x, x, back(y)), (judge_y, y, forth(x)))
    )
    losses = losses_of(model, 'generator', batch)
    assert losses.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(losses[name], value, msg=name)
    losses = losses_of(model, 'critic', batch)
    torch.testing.assert_close(losses['loss_discriminator'], critic)


def test_size_is_that_of_the_published_code():
    """11.378 million parameters a generator."""
    generator = MODELS.build(dict(type='CycleGAN')).generators['target']
    assert sum(p.numel() for p in generator.parameters()) == 11_378_179
    assert len(generator) == 3 + 6 + 9 + 6 + 2


def test_identity_loss_every_ten_iterations():
    model = build(identity_interval=10)
    batch = domain_batches(number=1, size=16)
    due = ['loss_identity' in losses_of(model, 'generator', batch) for _ in range(20)]
    assert due == ([False] * 9 + [True]) * 2
    model = build(weights=dict(identity=0.0))
    assert 'loss_identity' not in losses_of(model, 'generator', batch)


def test_relu_gives_images_from_zero_on():
    preprocessor = dict(
        type='DomainDataPreprocessor', mean=[0.0] * 3, std=[255.0] * 3, size_divisor=4
    )
    model = build(
        generator=dict(channels=4, num_residuals=1, activation='relu'),
        data_preprocessor=preprocessor,
    )
    estimate(model, domain_batches())
    translated = model.translate(255 * torch.rand(1, 3, 16, 16).double())
    assert translated.min() == 0
    assert translated.max() > 0


def test_rejects_other_activations():
    with pytest.raises(
        ValueError, match=r"must be one of \['tanh', 'relu'\], got 'gelu'"
    ):
        build(generator=dict(activation='gelu'))


def test_has_no_way_from_a_domain_to_itself():
    model = build()
    with pytest.raises(ValueError, match=r"not \('source', 'source'\)"):
        model.translate(torch.rand(1, 3, 16, 16), 'source', 'source')


def test_each_phase_teaches_its_networks_alone():
    assert_phases_learn(build(), domain_batches(number=1))


def test_invalid_pixels_have_no_influence():
    assert_invalid_pixels_have_no_influence(build())


def test_a_tile_with_its_halo_equals_the_whole():
    assert_tiles_equal_the_whole(build())


def test_two_and_two_iterations_are_four():
    """With pools that are full in between, and an identity loss every third time."""
    cfg = dict(CFG, pool_size=3, identity_interval=3)
    assert_two_and_two_iterations_are_four(cfg, ['generator', 'critic'])


def pool_written_out(images, size):
    """The published code's steps, with this project's random numbers."""
    pool, returned = [], []
    for image in images:
        if len(pool) < size:
            pool.append(image)
            returned.append(image)
        elif torch.rand(()) > 0.5:
            at = int(torch.randint(size, ()))
            returned.append(pool[at])
            pool[at] = image
        else:
            returned.append(image)
    return returned


def test_pool():
    images = torch.arange(40.0).reshape(20, 2, 1, 1, 1)
    pool = ImagePool(3)
    torch.manual_seed(0)
    returned = [pool.query(pair)[0] for pair in images]
    torch.manual_seed(0)
    expected = pool_written_out(images.flatten(0, 1), 3)
    assert torch.equal(torch.cat(returned), torch.stack(expected))
    old = (torch.cat(returned) < images.flatten(0, 1)).float().mean()
    assert 0.2 < old < 0.7


def test_pool_of_no_images():
    images = torch.rand(2, 3, 4, 4)
    for _ in range(3):
        assert torch.equal(ImagePool(0).query(images)[0], images)


def test_pool_keeps_masks_with_their_images():
    pool = ImagePool(2)
    torch.manual_seed(0)
    for value in range(20):
        images = torch.full((1, 1, 2, 2), float(value))
        # Of every second image one pixel is invalid, the one of its number.
        valid = torch.ones(1, 1, 2, 2, dtype=torch.bool)
        valid.view(-1)[value % 4] = value % 2 == 0
        given, masks = pool.query(images, None if value == 0 else valid)
        if value == 0:
            assert masks is None
            continue
        number = int(given[0, 0, 0, 0])
        expected = torch.ones(4, dtype=torch.bool)
        expected[number % 4] = number % 2 == 0
        assert torch.equal(masks.flatten(), expected)


def test_pool_goes_on_from_a_checkpoint():
    pools = ImagePool(3), ImagePool(3)
    images = torch.rand(12, 1, 2, 4, 4)
    for i in range(8):
        pools[0].query(images[i])
    pools[1].load_state_dict(pools[0].state_dict())
    for i in range(8, 12):
        drawn = []
        for pool in pools:
            torch.manual_seed(i)
            drawn.append(pool.query(images[i])[0])
        assert torch.equal(*drawn)


def test_pool_rejects_images_of_another_size():
    pool = ImagePool(3)
    pool.query(torch.rand(1, 3, 4, 4))
    with pytest.raises(ValueError, match=r'shape \(3, 4, 4\), got \(3, 8, 8\)'):
        pool.query(torch.rand(1, 3, 8, 8))
