"""SemI2I against its equations, written out slowly."""

import copy

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

from mmuda.models.domains import DomainBatch
from mmuda.models.translators.semi2i import GlobalStyle

DISCRIMINATOR = dict(type='PatchGANDiscriminator', channels=4, num_layers=1)
CFG = dict(type='SemI2I', channels=4, num_residuals=1, discriminator=DISCRIMINATOR)


@pytest.fixture
def model():
    return build()


def build(**settings):
    torch.manual_seed(0)
    return MODELS.build({**CFG, **settings}).double()


def style_of(embedding):
    """mu and sigma of each channel of one patch, biased."""
    values = embedding[0].flatten(1)
    mean = values.sum(1) / values.shape[1]
    variance = ((values - mean[:, None]) ** 2).sum(1) / values.shape[1]
    return mean, (variance + 1e-5).sqrt()


def adain(embedding, style):
    """AdaIN, channel by channel."""
    own = style_of(embedding)
    channels = [
        style[1][c] * (embedding[0, c] - own[0][c]) / own[1][c] + style[0][c]
        for c in range(embedding.shape[1])
    ]
    return torch.stack(channels)[None]


def l1(first, second):
    return (
        sum(
            (a - b).abs()
            for a, b in zip(first.flatten(), second.flatten(), strict=True)
        )
        / first.numel()
    )


def sobel_l1(first, second):
    """L1 norm between Sobel gradients in both directions, borders repeated."""
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]).double()
    difference, total, count = first - second, 0, 0
    _, bands, height, width = first.shape
    for band in range(bands):
        for y in range(height):
            for x in range(width):
                rows = [min(max(y + d, 0), height - 1) for d in (-1, 0, 1)]
                columns = [min(max(x + d, 0), width - 1) for d in (-1, 0, 1)]
                window = difference[0, band][rows][:, columns]
                total += (kernel * window).sum().abs()
                total += (kernel.T * window).sum().abs()
                count += 2
    return total / count


def written_out(model, image_a, image_b):
    """Fig. 1, Eq. 1 and Eq. 2 with A = source and B = target."""
    encode_a, encode_b = model.encoders['source'], model.encoders['target']
    decode_a, decode_b = model.decoders['source'], model.decoders['target']
    judge_a, judge_b = model.discriminators['source'], model.discriminators['target']
    (a, low_a), (b, low_b) = encode_a(image_a), encode_b(image_b)
    fake_a = decode_b(adain(a, style_of(b)), low_a)  # A in the style of B
    fake_b = decode_a(adain(b, style_of(a)), low_b)
    (fa, low_fa), (fb, low_fb) = encode_b(fake_a), encode_a(fake_b)
    a_cross = decode_a(adain(fa, style_of(fb)), low_fa)  # A''
    b_cross = decode_b(adain(fb, style_of(fa)), low_fb)
    a_self, b_self = decode_a(a, low_a), decode_b(b, low_b)

    cross = l1(image_a, a_cross) + l1(image_b, b_cross)
    own = l1(image_a, a_self) + l1(image_b, b_self)
    gradient = sobel_l1(image_a, fake_a) + sobel_l1(image_b, fake_b)
    adversarial = ((judge_b(fake_a) - 1) ** 2).mean() / 2 + (
        (judge_a(fake_b) - 1) ** 2
    ).mean() / 2
    critic = (
        ((judge_a(image_a) - 1) ** 2).mean() / 2
        + (judge_a(fake_b) ** 2).mean() / 2
        + ((judge_b(image_b) - 1) ** 2).mean() / 2
        + (judge_b(fake_a) ** 2).mean() / 2
    )
    return 10 * cross, 10 * own, 10 * gradient, 1 * adversarial, 1 * critic


@torch.no_grad()
def test_losses_are_equations_1_and_2(model):
    batch = domain_batches(number=1, size=16)
    images = batch['source'].inputs, batch['target'].inputs
    *expected, critic = written_out(model, *images)
    losses = losses_of(model, 'generator', batch)
    names = [f'loss_{n}' for n in ('cross', 'self', 'gradient', 'adversarial')]
    assert list(losses) == names
    for name, value in zip(names, expected, strict=True):
        torch.testing.assert_close(losses[name], value, msg=name)
    losses = losses_of(model, 'critic', batch)
    torch.testing.assert_close(losses['loss_discriminator'], critic)


def test_global_styles_are_those_of_algorithm_1(model):
    expected = {d: [torch.zeros(16).double()] * 2 for d in ('source', 'target')}
    for iteration in range(3):
        batch = domain_batches(number=1, size=16, seed=iteration)
        for domain, (mean, std) in expected.items():
            embedding, _ = model.encoders[domain](batch[domain].inputs)
            new = style_of(embedding)
            expected[domain] = [
                0.95 * mean + (1 - 0.95) * new[0],
                0.95 * std + (1 - 0.95) * new[1],
            ]
        losses_of(model, 'generator', batch)
    for domain, (mean, std) in expected.items():
        torch.testing.assert_close(model.styles[domain].mean, mean)
        torch.testing.assert_close(model.styles[domain].std, std)


def test_a_patch_without_valid_pixels_is_no_style():
    style = GlobalStyle(2, decay_rate=0.5)
    mean, std = torch.tensor([[2.0, 4], [100, 100]]), torch.ones(2, 2)
    valid = torch.ones(2, 1, 4, 4, dtype=torch.bool)
    valid[1] = False
    style.update(mean, std, valid)
    assert style.mean.tolist() == [1, 2]
    style.update(mean, std, torch.zeros_like(valid))
    assert style.mean.tolist() == [1, 2]
    style.update(mean, std, None)
    assert style.mean.tolist() == [26, 27]


def test_switching_equal_styles_is_self_reconstruction():
    """Both domains alike: the fake is what self reconstruction gives."""
    model = twins()
    image = domain_batches(number=1, size=16)['source'].inputs
    batch = {d: DomainBatch(image, [None]) for d in ('source', 'target')}
    losses = losses_of(model, 'generator', batch)
    fake = model.state['fake']
    own = model.decoders['source'](*model.encoders['source'](image))
    torch.testing.assert_close(fake['source'], own)
    torch.testing.assert_close(fake['target'], own)
    torch.testing.assert_close(losses['loss_self'], 2 * 10 * (image - own).abs().mean())


def test_translation_into_the_own_style_is_self_reconstruction():
    """At inference: the target's global style is what the source has anyway."""
    model = twins()
    estimate(model, domain_batches(number=4, size=32))
    style = model.styles['target']
    style.mean.copy_(model.adain.domain_mean[0])
    style.std.copy_((model.adain.domain_var[0] + model.adain.eps).sqrt())
    image = 255 * torch.rand(1, 3, 24, 32, dtype=torch.double)
    torch.testing.assert_close(
        model.translate(image, 'source', 'target'),
        model.translate(image, 'source', 'source'),
    )


def twins():
    """A model whose networks are the same in both domains."""
    model = build()
    for networks in (model.encoders, model.decoders):
        networks['target'].load_state_dict(networks['source'].state_dict())
    return model


def test_translation_takes_the_style_of_the_target(model):
    batch = domain_batches(number=4, size=32)
    losses_of(model, 'generator', batch)
    estimate(model, batch)
    image = 255 * torch.rand(1, 3, 24, 32, dtype=torch.double)
    before = {d: model.translate(image, 'source', d) for d in ('source', 'target')}
    for moment in model.styles['target'].buffers():
        kept = moment.clone()
        moment.mul_(2)
        changed = (model.translate(image) - before['target']).abs().mean()
        assert changed > 0.01  # of 255; the first step of Alg. 1 is small
        moment.copy_(kept)
        assert torch.equal(model.translate(image), before['target'])
    assert torch.equal(model.translate(image, 'source', 'source'), before['source'])


@pytest.mark.parametrize('first_weights', ['PyTorch', 'ours'])
def test_mean_and_deviation_of_a_style_weigh_alike(first_weights):
    """By the Jacobian of the image with respect to either, at random weights."""
    model = build(channels=8, num_residuals=2)
    if first_weights == 'ours':
        model.init_weights()
    images = domain_batches(number=1, size=16)
    content, low_level = model.encoders['source'](images['source'].inputs)
    style = model.adain.style(model.encoders['target'](images['target'].inputs)[0])

    def fake(mean, std):
        return model.decoders['target'](model.adain(content, mean, std), low_level)

    by_mean, by_std = torch.autograd.functional.jacobian(fake, style)
    assert 0.2 < by_mean.norm() / by_std.norm() < 5


def test_networks_are_those_of_the_figure(model):
    embedding, low_level = model.encoders['source'](torch.rand(1, 3, 32, 48).double())
    assert embedding.shape == (1, 16, 8, 12)
    assert low_level.shape == (1, 4, 32, 48)
    decoder = model.decoders['source']
    inputs = [stage[0].in_channels for stage in decoder.stages]
    assert [*inputs, decoder.last.in_channels] == [16 + 4, 8 + 4, 4 + 4]
    assert decoder(embedding, low_level).shape == (1, 3, 32, 48)
    # The low-level features are those of the convolution itself.
    first = model.encoders['source'].first
    torch.testing.assert_close(
        model.encoders['source'](torch.zeros(1, 3, 8, 8).double())[1],
        first.bias.double()[None, :, None, None].expand(1, 4, 8, 8),
    )


def test_each_phase_teaches_its_networks_alone(model):
    assert_phases_learn(model, domain_batches(number=1))


def test_invalid_pixels_have_no_influence():
    assert_invalid_pixels_have_no_influence(build())


def test_invalid_pixels_have_no_influence_on_styles():
    models = [build(), build()]
    batch = domain_batches(masked=True)
    losses_of(models[0], 'generator', batch)
    for domain in batch.values():
        domain.inputs = torch.where(domain.valid, domain.inputs, 1e3)
    losses_of(models[1], 'generator', batch)
    for ours, theirs in zip(*(m.styles.buffers() for m in models), strict=True):
        assert torch.equal(ours, theirs)


def test_a_tile_with_its_halo_equals_the_whole():
    assert_tiles_equal_the_whole(build(num_residuals=2))


def test_two_and_two_iterations_are_four():
    assert_two_and_two_iterations_are_four(CFG, ['generator', 'critic'])


def test_any_number_of_bands():
    model = build(
        bands=5,
        data_preprocessor=dict(
            type='DomainDataPreprocessor',
            mean=[1000.0] * 5,
            std=[500.0] * 5,
            size_divisor=4,
        ),
    )
    batch = domain_batches(bands=5)
    for phase in ('generator', 'critic'):
        assert all(v.isfinite() for v in losses_of(model, phase, batch).values())
    estimate(model, batch)
    images = 2000 * torch.rand(2, 5, 16, 16, dtype=torch.double)
    translated = model.translate(images)
    assert translated.shape == images.shape
    # tanh in the units of the files
    assert translated.min() >= 500
    assert translated.max() <= 1500


def test_patches_of_any_batch_size_are_styled_one_by_one(model):
    """Two pairs in a mini-batch: the mean of the losses of each pair."""
    batch = domain_batches(number=2, size=16)
    both = losses_of(copy.deepcopy(model), 'generator', batch)
    singles = [
        losses_of(
            copy.deepcopy(model),
            'generator',
            {d: DomainBatch(b.inputs[i : i + 1], [None]) for d, b in batch.items()},
        )
        for i in range(2)
    ]
    for name, value in both.items():
        expected = (singles[0][name] + singles[1][name]) / 2
        torch.testing.assert_close(value, expected)
