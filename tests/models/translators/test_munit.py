"""MUNIT: losses, phases, styles, inference."""

import pytest
import torch
from mmseg.registry import MODELS
from torch import nn
from toys import (
    assert_invalid_pixels_have_no_influence,
    assert_phases_learn,
    assert_tiles_equal_the_whole,
    build,
    domain_batches,
    estimate,
    losses_of,
)

from mmuda.models.domains import DomainBatch

OTHER = dict(source='target', target='source')
STYLE = dict(code_size=3, hidden=5)


@pytest.fixture
def model():
    return build('MUNIT', style=STYLE)


def average(values):
    values = values.flatten().tolist()
    return sum(values) / len(values)


def test_losses_of_the_generator(model):
    """gen_update of the published code and Eq. 2 to 5, each with its weight."""
    batch = domain_batches(number=2)
    found = losses_of(model, 'generator', batch)
    torch.manual_seed(1)
    with torch.no_grad():
        for domain, other in OTHER.items():
            x = batch[domain].inputs
            content = model.encoders[domain](x)
            style = model.style_encoders[domain](x)
            drawn = torch.randn(2, 3, dtype=x.dtype)
            there = model.decoders[other](content, drawn)
            content_there = model.encoders[other](there)
            style_there = model.style_encoders[other](there)
            back = model.decoders[domain](content_there, style)
            same = model.decoders[domain](content, style)
            scores = model.discriminators[other](there)
            wanted = dict(
                adversarial=1 * sum(average((s - 1) ** 2) for s in scores),
                reconstruction=10 * average(abs(same - x)),
                content=1 * average(abs(content_there - content)),
                style=1 * average(abs(style_there - drawn)),
                cycle=10 * average(abs(back - x)),
            )
            for name, loss in wanted.items():
                key = f'loss_{name}_{domain}'
                assert found.pop(key).item() == pytest.approx(loss), key
    assert not found


def test_losses_of_the_critic(model):
    batch = domain_batches(number=1)
    found = losses_of(model, 'critic', batch)
    torch.manual_seed(1)
    with torch.no_grad():
        for other, domain in OTHER.items():
            content = model.encoders[other](batch[other].inputs)
            drawn = torch.randn(1, 3, dtype=content.dtype)
            fake = model.discriminators[domain](model.decoders[domain](content, drawn))
            real = model.discriminators[domain](batch[domain].inputs)
            loss = sum(average(s**2) for s in fake)
            loss += sum(average((s - 1) ** 2) for s in real)
            key = f'loss_critic_{domain}'
            assert found.pop(key).item() == pytest.approx(loss)
    assert not found


def test_without_cycle_nothing_is_decoded_for_it():
    """edges2shoes_folder.yaml of the published code: recon_x_cyc_w 0."""
    model = build('MUNIT', weights=dict(cycle=0))
    passes = []
    for decoder in model.decoders.values():
        decoder.register_forward_hook(lambda *_: passes.append(1))
    assert not any(
        'cycle' in k for k in losses_of(model, 'generator', domain_batches())
    )
    assert len(passes) == 4


def test_style_replaces_the_moments(model):
    """AdaIN: means first, then standard deviations, block by block."""
    decoder = model.decoders['source'].decoder
    content = torch.rand(2, 16, 5, 6, dtype=torch.double)
    style = torch.rand(2, decoder.style_size, dtype=torch.double)
    numbers = iter(style.split(16, dim=1))

    def norm(x):
        mean, std = next(numbers)[..., None, None], next(numbers)[..., None, None]
        return nn.InstanceNorm2d(16)(x) * std + mean

    block = decoder.residuals[0]
    wanted = content + norm(block.second(torch.relu(norm(block.first(content)))))
    torch.testing.assert_close(
        decoder(content, style), decoder.layers(wanted), rtol=1e-6, atol=1e-6
    )
    assert next(numbers, None) is None


def test_parameters_of_the_published_networks():
    """Summed from the published configs: style_dim 8, mlp_dim 256, else as UNIT."""

    def conv(before, after, kernel):
        return after * (before * kernel**2 + 1)

    residuals = 4 * 2 * conv(256, 256, 3)
    encoder = conv(3, 64, 7) + conv(64, 128, 4) + conv(128, 256, 4) + residuals
    style = conv(3, 64, 7) + conv(64, 128, 4) + conv(128, 256, 4)
    style += 2 * conv(256, 256, 4) + conv(256, 8, 1)
    decoder = residuals + conv(256, 128, 5) + conv(128, 64, 5) + conv(64, 3, 7)
    decoder += 2 * (128 + 64)
    adain = 8 * 2 * 256
    decoder += conv(8, 256, 1) + conv(256, 256, 1) + conv(256, adain, 1)
    model = MODELS.build(dict(type='MUNIT'))
    for module, wanted in (
        (model.encoders, 2 * encoder),
        (model.style_encoders, 2 * style),
        (model.decoders, 2 * decoder),
    ):
        assert sum(p.numel() for p in module.parameters()) == wanted
    # One domain's generator.
    assert encoder + style + decoder == 15_026_187
    assert (model.stride, model.halo) == (4, 88)


def test_gradients_reach_the_modules_of_a_phase(model):
    assert_phases_learn(model, domain_batches())


def test_invalid_pixels_have_no_influence(model):
    assert_invalid_pixels_have_no_influence(model)


def test_tiles_equal_the_whole(model):
    assert_tiles_equal_the_whole(model)


def test_translation_has_the_mean_style_of_the_target(model):
    batch = domain_batches(number=1)
    estimate(model, batch)
    images = model.to_files(batch['source'].inputs, 'source')
    with torch.no_grad():
        content = model.encoders['source'](batch['source'].inputs)
        style = model.style_encoders['target'](batch['target'].inputs)
        wanted = model.to_files(model.decoders['target'](content, style), 'target')
    state = torch.get_rng_state()
    found = model.translate(images)
    assert torch.equal(torch.get_rng_state(), state)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-3)


def test_mean_style_is_over_valid_pixels(model):
    """Of all images, each with the weight of its valid area."""
    batches = [domain_batches(3, seed=0, masked=True), domain_batches(2, seed=1)]
    batches = [b['target'] for b in batches]
    total, area = 0, 0
    for batch in batches:
        for i, image in enumerate(batch.inputs):
            valid = None if batch.valid is None else batch.valid[i : i + 1]
            share = 1.0 if valid is None else valid.double().mean().item()
            filled = image[None] if valid is None else image[None] * valid
            total = total + share * model.style_encoders['target'](filled, valid)
            area += share
    model.estimate_code('target', batches)
    torch.testing.assert_close(model.codes('target'), total / area)
    assert model.codes.known.tolist() == [False, True]


def test_masked_style_equals_that_of_the_valid_part():
    """Where the mask ends with the cells of the last layer and nothing looks across."""
    model = build('MUNIT', style=STYLE)
    encoder = model.style_encoders['source']
    features = torch.rand(1, 16, 4, 4, dtype=torch.double)
    encoder.layers.forward = lambda _: features
    valid = torch.ones(1, 1, 64, 64, dtype=torch.bool)
    valid[..., 32:] = False
    found = encoder(torch.zeros(1, 3, 64, 64), valid)
    wanted = encoder.code(features[..., :2].mean((2, 3)))
    torch.testing.assert_close(found, wanted)


def test_another_style_can_be_asked_for(model):
    batch = domain_batches(number=2)
    estimate(model, batch)
    images = batch['source'].inputs
    mean = model.generate(images, 'source', 'target')
    same = model.generate(images, 'source', 'target', model.codes('target'))
    assert torch.equal(mean, same)
    style = torch.randn(2, 3, dtype=torch.double)
    assert not torch.equal(mean, model.generate(images, 'source', 'target', style))


def test_codes_stand_in_the_checkpoint(model):
    estimate(model, domain_batches())
    other = build('MUNIT', seed=1, style=STYLE)
    other.load_state_dict(model.state_dict())
    images = 255 * torch.rand(1, 3, 32, 32, dtype=torch.double)
    assert torch.equal(other.translate(images), model.translate(images))


def test_rejects_translation_before_the_style_is_known(model):
    batch = domain_batches()
    for route in model.routes:
        model.estimate_moments(route, [batch[route[0]]])
    model.estimate_code('source', [batch['source']])
    model.check_ready('target', 'source')
    with pytest.raises(ValueError, match='no style code of the target yet'):
        model.translate(torch.rand(1, 3, 32, 32))
    nothing = torch.zeros(1, 1, 32, 32, dtype=torch.bool)
    empty = DomainBatch(batch['target'].inputs[:1], [None], nothing)
    model.estimate_code('target', [empty])
    assert not model.codes.known[1]


def test_any_number_of_bands():
    model = build('MUNIT', bands=1)
    batch = domain_batches(bands=1)
    assert_phases_learn(model, batch)
    estimate(model, batch)
    assert model.translate(batch['source'].inputs).shape == (2, 1, 32, 32)


def test_rejects_a_perceptual_loss_without_network():
    with pytest.raises(ValueError, match='MUNIT has the perceptual loss with weight 1'):
        build('MUNIT', weights=dict(perceptual=1))
