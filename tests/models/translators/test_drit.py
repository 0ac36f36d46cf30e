"""DRIT: losses, phases, networks, inference."""

import math
from itertools import pairwise

import pytest
import torch
from conftest import toy_batch
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from torch import nn
from toys import (
    DISCRIMINATOR,
    assert_invalid_pixels_have_no_influence,
    assert_phases_learn,
    assert_tiles_equal_the_whole,
    assert_two_and_two_iterations_are_four,
    build,
    domain_batches,
    estimate,
    losses_of,
)

from mmuda.models.translators.drit import (
    AttributeEncoder,
    exp_or_tangent,
    halves,
    kl_divergence,
)

OTHER = dict(source='target', target='source')
PHASES = ('critic', 'content_critic', 'generator', 'latent')
GENERATOR = dict(channels=4, num_residuals=1, code_size=3)
CONTENT = dict(
    type='ContentDiscriminator', num_layers=1, kernel_size=3, last_kernel_size=3
)


def drit(**settings):
    small = dict(generator=GENERATOR, content_discriminator=CONTENT)
    return build('DRIT', **{**small, **settings})


@pytest.fixture
def model():
    return drit()


def average(values):
    values = values.flatten().tolist()
    return sum(values) / len(values)


def entropy(scores, wanted):
    """Binary cross-entropy of sigmoid(score), mean over locations, in a loop."""
    total = 0.0
    for score in scores.flatten().tolist():
        p = 1 / (1 + math.exp(-score))
        total -= wanted * math.log(p) + (1 - wanted) * math.log(1 - p)
    return total / scores.numel()


def over_scales(scores, wanted):
    return sum(entropy(scale, wanted) for scale in scores)


class Transcription:
    """The published code's forward pass, on one image of each domain."""

    def __init__(self, model):
        self.model = model

    def noise(self, *shape):
        return torch.randn(*shape, dtype=torch.double)

    def content(self, x, domain):
        c = self.model.shared_encoder(self.model.encoders[domain](x))
        return c + self.noise(*c.shape)

    def attributes(self, x, domain):
        mean, log_variance = self.model.attribute_encoders[domain](x)
        std = torch.exp(0.5 * log_variance)
        return mean + self.noise(*mean.shape) * std, mean, log_variance

    def image(self, content, code, domain):
        return self.model.decoders[domain](self.model.shared_decoder(content), code)


def assert_losses(found, wanted):
    assert found.keys() == wanted.keys()
    for name, loss in found.items():
        assert loss.item() == pytest.approx(wanted[name]), name


@torch.no_grad()
def test_losses_of_the_generator(model):
    """backward_EG: weights 1, 1, 10, 10, 0.01, 0.01."""
    batch = domain_batches(number=2)
    found = losses_of(model, 'generator', batch)
    net, wanted = Transcription(model), {}
    torch.manual_seed(1)
    x = {d: batch[d].inputs[:1] for d in OTHER}
    c, a, there = {}, {}, {}
    for d in OTHER:
        c[d] = net.content(x[d], d)
        a[d], mean, log_variance = net.attributes(x[d], d)
        kl = sum(
            0.5 * (m**2 + math.exp(v) - 1 - v)
            for m, v in zip(mean[0].tolist(), log_variance[0].tolist(), strict=True)
        )
        wanted[f'loss_kl_{d}'] = 0.01 * kl
        wanted[f'loss_content_norm_{d}'] = 0.01 * average(c[d] ** 2)
        same = net.image(c[d], a[d], d)
        wanted[f'loss_reconstruction_{d}'] = 10 * average(abs(same - x[d]))
        half = entropy(model.content_discriminator(c[d]), 0.5)
        wanted[f'loss_content_adversarial_{d}'] = half
    for d, o in OTHER.items():
        there[d] = net.image(c[d], a[o], o)
        scores = model.discriminators[o](there[d])
        wanted[f'loss_adversarial_{d}'] = over_scales(scores, 1)
    for d, o in OTHER.items():
        again = net.content(there[d], o)
        code, _, _ = net.attributes(there[o], d)
        back = net.image(again, code, d)
        wanted[f'loss_cycle_{d}'] = 10 * average(abs(back - x[d]))
    assert_losses(found, wanted)


@torch.no_grad()
def test_losses_of_the_critics(model):
    """backward_D with the encoded and the random halves, backward_contentD."""
    batch = domain_batches(number=2)
    found = losses_of(model, 'critic', batch)
    net, wanted = Transcription(model), {}
    torch.manual_seed(1)
    for o, d in OTHER.items():
        content = net.content(batch[o].inputs[:1], o)
        code, _, _ = net.attributes(batch[d].inputs[:1], d)
        random = net.noise(1, 3)
        for name, judge, attributes, real in (
            ('critic', model.discriminators[d], code, batch[d].inputs[:1]),
            (
                'random_critic',
                model.random_discriminators[d],
                random,
                batch[d].inputs[1:],
            ),
        ):
            fake = net.image(content, attributes, d)
            loss = over_scales(judge(fake), 0) + over_scales(judge(real), 1)
            wanted[f'loss_{name}_{d}'] = loss
    assert_losses(found, wanted)

    found = losses_of(model, 'content_critic', batch)
    wanted = {}
    torch.manual_seed(1)
    for d, answer in (('source', 0), ('target', 1)):
        scores = model.content_discriminator(net.content(batch[d].inputs[:1], d))
        wanted[f'loss_content_critic_{d}'] = entropy(scores, answer)
    assert_losses(found, wanted)


@torch.no_grad()
def test_losses_of_the_latent_regression(model):
    """backward_G_alone: weights 1 and 10."""
    batch = domain_batches(number=2)
    found = losses_of(model, 'latent', batch)
    net, wanted = Transcription(model), {}
    torch.manual_seed(1)
    for d, o in OTHER.items():
        content = net.content(batch[d].inputs[:1], d)
        drawn = net.noise(1, 3)
        there = net.image(content, drawn, o)
        mean, _ = model.attribute_encoders[o](there)
        wanted[f'loss_latent_{d}'] = 10 * average(abs(mean - drawn))
        scores = model.random_discriminators[o](there)
        wanted[f'loss_random_adversarial_{d}'] = over_scales(scores, 1)
    assert_losses(found, wanted)


def test_kl_equals_pytorchs():
    torch.manual_seed(0)
    mean, log_variance = torch.randn(2, 4, 8, dtype=torch.double)
    ours = torch.distributions.Normal(mean, (log_variance / 2).exp())
    normal = torch.distributions.Normal(0.0, 1.0)
    wanted = torch.distributions.kl_divergence(ours, normal).sum() / 4
    torch.testing.assert_close(kl_divergence(mean, log_variance), wanted)


def test_exponential_never_overflows():
    """It is the exponential up to 10, smooth there, and finite with finite slopes."""
    x = torch.linspace(-30, 10, 81, dtype=torch.float64)
    torch.testing.assert_close(exp_or_tangent(x), x.exp())
    x = torch.tensor([10.0, 10 + 1e-4, 101.0, 1e6], requires_grad=True)
    exp_or_tangent(x).sum().backward()
    torch.testing.assert_close(x.grad[1:], torch.full((3,), math.exp(10)))
    assert exp_or_tangent(x).isfinite().all()
    mean = torch.zeros(1, 8)
    far, farther = (kl_divergence(mean, torch.full((1, 8), v)) for v in (90.0, 101.0))
    assert far < farther < torch.inf


def test_a_single_image_is_both_halves():
    batch = domain_batches(number=1)
    for which in (0, 1):
        images, valid = halves(batch, which)['target']
        assert torch.equal(images, batch['target'].inputs)
        assert valid is None


@pytest.mark.parametrize('numbers', [(3, 3), (2, 4)])
def test_rejects_other_mini_batches(numbers):
    source, target = (domain_batches(number=n) for n in numbers)
    batch = dict(source=source['source'], target=target['target'])
    message = f"'source': {numbers[0]}, 'target': {numbers[1]}.*expected the same"
    with pytest.raises(ValueError, match=message):
        halves(batch, 0)


def test_gradients_reach_the_modules_of_a_phase(model):
    assert_phases_learn(model, domain_batches())
    latent = next(p.updates for p in model.phases if p.name == 'latent')
    assert 'attribute_encoders' not in latent


def test_all_but_the_content_critic_learn_in_every_third_iteration():
    model = drit().float()
    one = dict(optimizer=dict(type='SGD', lr=0.0))
    constructor = 'PhasedOptimWrapperConstructor'
    cfg = dict(dict.fromkeys(PHASES, one), constructor=constructor)
    optimizers = build_optim_wrapper(model, cfg)
    ran = []
    for i in range(6):
        logged = model.train_step(toy_batch(seed=i, size=32), optimizers)
        ran.append([p for p in PHASES if f'loss_{p}' in logged])
    assert ran == 2 * [['content_critic'], ['content_critic'], list(PHASES)]


def test_two_and_two_iterations_are_four():
    cfg = dict(
        type='DRIT',
        generator=GENERATOR,
        discriminator=DISCRIMINATOR,
        content_discriminator=CONTENT,
    )
    assert_two_and_two_iterations_are_four(cfg, PHASES)


def test_attribute_encoder_equals_pytorchs_own():
    """4x4 s2, then blocks of two convolutions, average pooling and a shortcut."""
    torch.manual_seed(0)
    ours = AttributeEncoder(3, channels=4, code_size=2)
    x = torch.rand(2, 3, 64, 64)
    weights = iter(ours.parameters())

    def conv(before, after, kernel, stride=1, border=0):
        layer = nn.Conv2d(before, after, kernel, stride)
        layer.weight, layer.bias = next(weights), next(weights)
        return nn.Sequential(nn.ReflectionPad2d(border), layer)

    lrelu, half = nn.LeakyReLU(0.2), nn.AvgPool2d(2)
    features = conv(3, 4, 4, 2, 1)(x)
    for before, after in pairwise((4, 8, 12, 16)):
        hidden = conv(before, before, 3, border=1)(lrelu(features))
        main = half(conv(before, after, 3, border=1)(lrelu(hidden)))
        features = main + conv(before, after, 1)(half(features))
    pooled = lrelu(features).mean((2, 3))
    for found in ours(x):
        wanted = nn.functional.linear(pooled, next(weights), next(weights))
        torch.testing.assert_close(found, wanted)
    assert next(weights, None) is None


def test_generator_equals_pytorchs_own(model):
    """Shared block; code attached before blocks, two transposed convolutions, 1x1."""
    torch.manual_seed(0)
    content = torch.rand(2, 16, 6, 5, dtype=torch.double)
    code = torch.rand(2, 3, dtype=torch.double)
    decoder = model.decoders['target']
    weights = iter([*model.shared_decoder.parameters(), *decoder.parameters()])

    def load(layer):
        layer.weight, layer.bias = next(weights), next(weights)
        return layer

    def half_block(x):
        layer = load(nn.Conv2d(x.shape[1], x.shape[1], 3))
        return nn.InstanceNorm2d(x.shape[1])(layer(nn.ReflectionPad2d(1)(x)))

    def block(x):
        return x + half_block(half_block(x).relu())

    def attach(x):
        columns = [code[:, k, None, None].expand(2, *x.shape[2:]) for k in range(3)]
        return torch.cat([x, torch.stack(columns, 1)], 1)

    x = block(attach(block(content)))
    for _ in range(2):
        x = attach(x)
        half = x.shape[1] // 2
        up = nn.ConvTranspose2d(2 * half, half, 3, 2, 1, output_padding=1)
        x = load(up)(x)
        x = load(nn.GroupNorm(1, half))(x).relu()
    x = load(nn.Conv2d(x.shape[1] + 3, 3, 1))(attach(x)).tanh()
    found = decoder(model.shared_decoder(content), code)
    torch.testing.assert_close(found, x)
    assert next(weights, None) is None


def test_parameters_of_the_published_networks():
    """Summed from networks.py of the published code: E_content, E_attr_concat, ..."""

    def conv(before, after, kernel):
        return after * (before * kernel**2 + 1)

    def residual(width):
        return 2 * conv(width, width, 3)

    encoder = conv(3, 64, 7) + conv(64, 128, 3) + conv(128, 256, 3) + 3 * residual(256)
    attributes = conv(3, 64, 4) + 2 * conv(256, 8, 1)
    for before, after in ((64, 128), (128, 192), (192, 256)):
        attributes += conv(before, before, 3) + conv(before, after, 3)
        attributes += conv(before, after, 1)
    decoder = 3 * residual(264) + conv(272, 136, 3) + 2 * 136
    decoder += conv(144, 72, 3) + 2 * 72 + conv(80, 3, 1)
    scale = conv(3, 64, 4) + conv(64, 128, 4) + conv(128, 256, 4)
    scale += conv(256, 512, 4) + conv(512, 1, 1)
    model = MODELS.build(dict(type='DRIT'))
    for module, wanted in (
        (model.encoders, 2 * encoder),
        (model.shared_encoder, residual(256)),
        (model.attribute_encoders, 2 * attributes),
        (model.shared_decoder, residual(256)),
        (model.decoders, 2 * decoder),
        (model.discriminators, 2 * 3 * scale),
        (model.random_discriminators, 2 * 3 * scale),
    ):
        assert sum(p.numel() for p in module.parameters()) == wanted


def test_invalid_pixels_have_no_influence(model):
    assert_invalid_pixels_have_no_influence(model)


def test_tiles_equal_the_whole(model):
    assert_tiles_equal_the_whole(model)


def test_translation_has_the_mean_attributes_and_no_noise(model):
    batch = domain_batches(number=1)
    estimate(model, batch)
    images = model.to_files(batch['source'].inputs, 'source')
    with torch.no_grad():
        content = model.shared_encoder(model.encoders['source'](batch['source'].inputs))
        mean, _ = model.attribute_encoders['target'](batch['target'].inputs)
        decoded = model.decoders['target'](model.shared_decoder(content), mean)
    wanted = model.to_files(decoded, 'target')
    state = torch.get_rng_state()
    found = model.translate(images)
    assert torch.equal(torch.get_rng_state(), state)
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-3)
    style = torch.randn(1, 3, dtype=torch.double)
    other = model.generate(batch['source'].inputs, 'source', 'target', style)
    assert not torch.equal(other, decoded)


def test_rejects_translation_before_the_attributes_are_known(model):
    batch = domain_batches()
    for route in model.routes:
        model.estimate_moments(route, [batch[route[0]]])
    with pytest.raises(ValueError, match='no style code of the target yet'):
        model.translate(torch.rand(1, 3, 32, 32))


def test_any_number_of_bands():
    model = drit(bands=4)
    batch = domain_batches(bands=4)
    assert_phases_learn(model, batch)
    estimate(model, batch)
    assert model.translate(batch['source'].inputs).shape == (2, 4, 32, 32)
