"""LSD: its networks against the released code's numbers, its losses against Table 1."""

import copy

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import toy_batch, toy_segmentor
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from torch import nn
from toy_objectives import begin, gradients

from mmuda.models.discriminators import LabellingDiscriminator
from mmuda.models.generators import FCN8sGenerator, PyramidGenerator
from mmuda.models.objectives.reconstruction_alignment import labelling_loss
from mmuda.models.taps import ParametersRead

FEATURES = 'backbone.decoder.0'
D, G, F_AND_C = (
    'objectives.lsd.discriminator.',
    'objectives.lsd.generator.',
    'segmentor.',
)
UPDATES = dict(critic=D[:-1], generator=G[:-1], segmentor=F_AND_C[:-1])


def lsd(bands=3, num_classes=3, discriminator=None, segmentor=None, **options):
    """An adaptor, and one SGD for each phase."""
    torch.manual_seed(0)
    settings = dict(
        type='ReconstructionAlignment',
        taps=[FEATURES],
        generator=dict(type='PyramidGenerator', strides=[1], channels=4),
        discriminator={
            **dict(type='LabellingDiscriminator', channels=4),
            **(discriminator or {}),
        },
        alpha=0.5,
        beta=0.25,
        value_range=(0.0, 1.0),
    )
    model = MODELS.build(
        dict(
            type='DomainAdaptor',
            segmentor=segmentor or toy_segmentor(num_classes, bands),
            data_preprocessor=dict(type='DomainDataPreprocessor', size_divisor=1),
            objectives=dict(
                supervision=dict(type='Supervision', phase='segmentor'),
                lsd={**settings, **options},
            ),
            phases=[dict(name=n, updates=[u]) for n, u in UPDATES.items()],
        )
    )
    one = dict(optimizer=dict(type='SGD', lr=0.1))
    optimizers = dict.fromkeys(UPDATES, one)
    return model, build_optim_wrapper(
        model, dict(constructor='PhasedOptimWrapperConstructor', **optimizers)
    )


def count(module):
    return sum(p.numel() for p in module.parameters())


def convolutions(module):
    """Channels, kernel, stride, padding and bias of each, in order."""
    kinds = nn.Conv2d, nn.ConvTranspose2d
    return [
        (
            m.in_channels,
            m.out_channels,
            m.kernel_size[0],
            m.stride[0],
            m.padding[0],
            m.bias is not None,
        )
        for m in module.modules()
        if isinstance(m, kinds)
    ]


# Read off the released code (swamiviv/LSD-seg, models/fcn8s_LSD.py, _netG and _netD).
RELEASED_G = [
    (4096, 256, 7, 1, 0, False),
    *[(256, 256, 3, 1, 1, False)] * 2,
    (256, 512, 3, 2, 1, False),
    *[(512, 512, 3, 1, 1, False)] * 2,
    (1024, 256, 3, 2, 1, False),
    *[(256, 256, 3, 1, 1, False)] * 2,
    (512, 128, 5, 2, 2, False),
    *[(128, 128, 3, 1, 1, False)] * 2,
    (128, 64, 5, 2, 2, False),
    *[(64, 64, 3, 1, 1, False)] * 2,
    (64, 3, 8, 2, 100, True),
]
RELEASED_D = [
    (3, 128, 4, 2, 2, True),
    *[(128, 128, 3, 1, 1, True)] * 9,
    (128, 4, 3, 1, 1, True),
    (128, 19, 3, 1, 1, True),
]


def test_layers_of_the_released_code():
    """And the number of their parameters; 320 x 640 pixels have 40 x 80 locations."""
    with torch.device('meta'):
        generator = FCN8sGenerator()
        discriminator = LabellingDiscriminator(num_classes=19)
        origin, labels = discriminator(torch.empty(1, 3, 320, 640))
    *ours, last = convolutions(generator)
    # Of the last layer's padding of 100, four pixels are cropped instead.
    assert [*ours, (*last[:4], last[4] + 4, last[5])] == RELEASED_G
    assert convolutions(discriminator) == RELEASED_D
    assert (count(generator), count(discriminator)) == (64_221_187, 1_361_047)
    assert (origin.shape, labels.shape) == ((1, 4, 40, 80), (1, 19, 40, 80))


def block(features, layer, activation=F.relu):
    """The residual block of the released code, without dropout."""
    return features + activation(F.instance_norm(layer(features)))


def test_generator_of_fcn8s_equals_the_layers_written_out():
    """On sizes that the released code takes: multiples of 32."""
    torch.manual_seed(0)
    backbone = MODELS.build(
        dict(type='FCN8sVGG16', base_channels=2, hidden_channels=5, dropout=0.0)
    )
    generator = FCN8sGenerator([8, 16, 5], bands=4, channels=2).eval()
    _, pool3, pool4, fc7 = backbone(torch.rand(1, 3, 64, 32))
    layers = [m for m in generator.modules() if isinstance(m, nn.Conv2d)]
    larger = [m for m in generator.modules() if isinstance(m, nn.ConvTranspose2d)]
    hidden = fc7
    for i, (layer, padding) in enumerate(
        zip(larger[:-1], (0, 1, 1, 2, 2), strict=True)
    ):
        if i == 2:
            hidden = torch.cat([hidden, pool4], 1)
        if i == 3:
            hidden = torch.cat([hidden, pool3], 1)
        stride = 1 if i == 0 else 2
        hidden = F.conv_transpose2d(hidden, layer.weight, None, stride, padding)
        hidden = F.relu(F.instance_norm(hidden))
        for residual in layers[2 * i : 2 * i + 2]:
            hidden = block(hidden, residual)
    last = larger[-1]
    expected = F.conv_transpose2d(hidden, last.weight, last.bias, 2, 100).sigmoid()
    assert expected.shape == (1, 4, 64, 32)
    found = generator((64, 32), None, pool3, pool4, fc7)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize('size', [(64, 96), (33, 50), (1, 7), (95, 127), (40, 80)])
def test_images_have_the_size_of_those_that_features_are_of(size):
    backbone = MODELS.build(dict(type='FCN8sVGG16', base_channels=2, hidden_channels=5))
    generator = FCN8sGenerator([8, 16, 5], channels=2)
    features = backbone(torch.rand(1, 3, *size))[1:]
    assert generator(size, None, *features).shape == (1, 3, *size)
    pyramid = PyramidGenerator([4, 6], [4, 16], bands=5, channels=2)
    coarser = [
        torch.rand(1, c, -(-size[0] // s), -(-size[1] // s))
        for c, s in ((4, 4), (6, 16))
    ]
    images = pyramid(size, torch.rand(1, 1, *size) < 0.5, *coarser)
    assert images.shape == (1, 5, *size)
    assert 0 < images.min() < images.max() < 1


def test_rejects_strides_that_do_not_fit():
    with pytest.raises(ValueError, match=r'finest first, got \[16, 4\] for 2 taps'):
        PyramidGenerator([4, 6], [16, 4])


class Spy(nn.Module):
    """A discriminator that says nothing, and keeps what it was shown."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, images, valid=None):
        del valid
        scores = images.new_zeros(len(images), 4, 2, 2).requires_grad_()
        self.seen.append((images, scores))
        return scores, images.new_zeros(len(images), 3, 2, 2)


# By phase: what D is shown, and what it should say of it. The released code numbers
# src-real, src-fake, tgt-real and tgt-fake in this order.
TABLE_1 = {
    ('critic', 'source', 'real'): 0,
    ('critic', 'source', 'fake'): 1,
    ('critic', 'target', 'real'): 2,
    ('critic', 'target', 'fake'): 3,
    ('generator', 'source', 'fake'): 0,
    ('generator', 'target', 'fake'): 2,
    ('segmentor', 'source', 'fake'): 2,
    ('segmentor', 'target', 'fake'): 0,
}


def test_labels_of_table_1():
    """A cross-entropy pulls up the score of its label, and no other."""
    model, _ = lsd()
    objective = model.objectives['lsd']
    source, target = (
        toy_batch([d], size=s) for d, s in (('source', 16), ('target', 24))
    )
    domains = begin(model, {key: source[key] + target[key] for key in source})
    real = [domains.images(name) for name in domains]
    found = {}
    for phase in UPDATES:
        domains.begin(phase)
        objective.discriminator = Spy()
        sum(objective.loss(phase, domains).values()).backward()
        for images, scores in objective.discriminator.seen:
            domain = {16: 'source', 24: 'target'}[images.shape[2]]
            is_real = any(torch.equal(images, image) for image in real)
            up = (scores.grad < 0).all((2, 3))[0].tolist()
            assert up.count(True) == 1
            found[phase, domain, 'real' if is_real else 'fake'] = up.index(True)
    assert found == TABLE_1


def origin_by_hand(scores, answer):
    return -torch.stack(
        [s.log_softmax(0)[answer] for s in scores.flatten(2)[0].T]
    ).mean()


def test_losses_of_an_iteration_written_out():
    """Sect. 3.3, with the weights; without dropout, one image of each domain."""
    weights = dict(adversarial=0.3, reconstruction=2.0, auxiliary=0.7)
    model, _ = lsd(generator_weights=weights)
    model.objectives.eval()
    objective, segmentor = model.objectives['lsd'], model.segmentor
    batch = toy_batch(('source', 'target'), size=16)
    real = dict(zip(('source', 'target'), batch['inputs'], strict=True))
    labels = batch['data_samples'][0].gt_sem_seg.data[None]
    domains = begin(model, batch)
    found = {}
    for phase in UPDATES:
        found.update(model.phase_losses(phase, domains))

    fake, expected = {}, {}
    for name, image in real.items():
        features = segmentor.extract_feat(image[None])[1]
        fake[name] = objective.generator((16, 16), None, features)
    judge = objective.discriminator
    for i, (name, other) in enumerate((('source', 'target'), ('target', 'source'))):
        shown, made = judge(real[name][None])[0], judge(fake[name])[0]
        expected |= {
            f'discriminator_real_{name}': origin_by_hand(shown, 2 * i),
            f'discriminator_fake_{name}': origin_by_hand(made, 2 * i + 1),
            f'generator_{name}': 0.3 * origin_by_hand(made, 2 * i),
            f'reconstruction_{name}': 2 * (fake[name] - real[name]).abs().mean(),
            f'adversarial_{name}': 0.25 * origin_by_hand(made, 2 - 2 * i),
        }
        assert other != name
    auxiliary = labelling_loss(judge(fake['source'])[1], labels)
    expected['discriminator_auxiliary_source'] = auxiliary
    expected['generator_auxiliary_source'] = 0.7 * auxiliary
    expected['auxiliary_source'] = 0.5 * auxiliary
    ours = {k.removeprefix('lsd.loss_'): v for k, v in found.items() if 'lsd' in k}
    assert ours.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(ours[name], value, msg=name)
    assert 'supervision.source.decode.loss_ce' in found


def test_labelling_loss():
    """The nearest label of each location; ignored ones do not count."""
    torch.manual_seed(0)
    scores = torch.randn(2, 3, 2, 4)
    labels = torch.randint(3, (2, 1, 8, 8))
    labels[0, 0, :4, :4] = 255
    found = []
    for n, y, x in torch.cartesian_prod(*map(torch.arange, (2, 2, 4))).tolist():
        label = int(labels[n, 0, 4 * y, 2 * x])
        if label != 255:
            found.append(-scores[n, :, y, x].log_softmax(0)[label])
    assert len(found) == 14
    torch.testing.assert_close(
        labelling_loss(scores, labels), torch.stack(found).mean()
    )
    assert labelling_loss(scores, torch.full_like(labels, 255)) == 0


BOTH = ('source', 'target')
REACHED = {
    'critic': {
        **{f'discriminator_{k}_{d}': 'D' for k in ('real', 'fake') for d in BOTH},
        'discriminator_auxiliary_source': 'D',
    },
    'generator': {
        **{f'generator_{d}': 'DG' for d in BOTH},
        **{f'reconstruction_{d}': 'G' for d in BOTH},
        'generator_auxiliary_source': 'DG',
    },
    'segmentor': {
        **{f'adversarial_{d}': 'DGF' for d in BOTH},
        'auxiliary_source': 'DGF',
        'supervision.source.decode.ce': 'FC',
    },
}


@pytest.mark.parametrize('phase', UPDATES)
def test_what_losses_reach(phase):
    """F is the backbone here and C the head, which no loss of D reaches."""
    model, _ = lsd(generator_weights=dict(auxiliary=1.0))
    parts = dict(D=D, G=G, F=f'{F_AND_C}backbone', C=f'{F_AND_C}decode_head')
    found = {}
    for loss, names in gradients(model, phase).items():
        reached = [p for p in parts if any(n.startswith(parts[p]) for n in names)]
        name = loss.removeprefix('lsd.').replace('loss_', '')
        found[name] = ''.join(reached)
    assert found == REACHED[phase]


@pytest.mark.parametrize(
    ('phase', 'prefix'), [('critic', D), ('generator', G), ('segmentor', F_AND_C)]
)
def test_an_update_changes_its_networks_alone(phase, prefix):
    model, optimizers = lsd()
    for name, wrapper in optimizers.items():
        if name != phase:
            wrapper.optimizer.step = lambda *_, **__: None
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    model.train_step(toy_batch(size=32), optimizers)
    after = dict(model.named_parameters())
    moved = {n for n in before if not torch.equal(after[n], before[n])}
    assert moved
    assert all(name.startswith(prefix) for name in moved)
    # Biases before instance normalisation change nothing.
    still = {n for n in before if n.startswith(prefix)} - moved
    assert all(name.endswith('.bias') for name in still)


def test_passes_of_an_iteration():
    """One of F per image; one of G for D and G, one for F; C on the source alone."""
    model, optimizers = lsd()
    passes = {}
    for name in (
        'segmentor.backbone.encoder.0',
        'segmentor.decode_head.conv_seg',
        D[:-1],
        G[:-1],
    ):
        seen = passes[name.removesuffix('.0').split('.')[-1]] = []
        model.get_submodule(name).register_forward_hook(
            lambda _m, _a, output, seen=seen: seen.append(output)
        )
    model.train_step(toy_batch(size=32), optimizers)
    numbers = {name: len(seen) for name, seen in passes.items()}
    # D: real and fake of both domains, then what is generated, twice.
    assert numbers == dict(encoder=2, conv_seg=1, generator=4, discriminator=4 + 2 + 2)


def test_without_auxiliary_loss():
    """Table 4: a single branch."""
    model, _ = lsd(alpha=0.0)
    assert model.objectives['lsd'].discriminator.labels is None
    domains = begin(model, toy_batch(size=32))
    for phase in UPDATES:
        losses = model.phase_losses(phase, domains)
        assert not [name for name in losses if 'auxiliary' in name]


def test_without_patch_discriminator():
    """Table 4: four scores for an image, of its valid part; labels are still local."""
    torch.manual_seed(0)
    discriminator = LabellingDiscriminator(3, 5, channels=4, patches=False).eval()
    images = torch.rand(2, 3, 32, 32)
    origin, labels = discriminator(images)
    assert (origin.shape, labels.shape) == ((2, 4, 1, 1), (2, 5, 4, 4))
    mean = discriminator.features(images).mean((2, 3))
    expected = (
        mean @ discriminator.origin.weight[..., 0, 0].T + discriminator.origin.bias
    )
    torch.testing.assert_close(origin[..., 0, 0], expected)


@pytest.mark.parametrize('labels_real', [False, True])
def test_what_the_discriminator_learns_to_label(labels_real):
    """Generated images of the source in the paper, real ones in the released code."""
    model, _ = lsd(labels_real=labels_real)
    model.objectives.eval()
    objective = model.objectives['lsd']
    batch = toy_batch(('source', 'target'), size=32)
    domains = begin(model, batch)
    loss = model.phase_losses('critic', domains)[
        'lsd.loss_discriminator_auxiliary_source'
    ]
    real = batch['inputs'][0][None]
    features = model.segmentor.extract_feat(real)[1]
    shown = real if labels_real else objective.generator((32, 32), None, features)
    labels = batch['data_samples'][0].gt_sem_seg.data[None]
    torch.testing.assert_close(
        loss, labelling_loss(objective.discriminator(shown)[1], labels)
    )


def test_any_number_of_bands_and_levels():
    """Real images reach D in [0, 1], without the segmentor's normalisation."""
    model, optimizers = lsd(bands=5, value_range=(0.0, 4095.0))
    levels = dict(mean=[900.0] * 5, std=[300.0] * 5, size_divisor=1)
    kind = dict(type='DomainDataPreprocessor', **levels)
    model.data_preprocessor = MODELS.build(kind)
    batch = toy_batch(bands=5, size=32)
    for image in batch['inputs']:
        image.mul_(4095)
    shown = []
    discriminator = model.objectives['lsd'].discriminator
    discriminator.register_forward_pre_hook(lambda _m, args: shown.append(args[0]))
    losses = model.train_step(copy.deepcopy(batch), optimizers)
    assert all(torch.isfinite(value) for value in losses.values())
    source = torch.stack(batch['inputs'][0::2]) / 4095
    torch.testing.assert_close(shown[0], source, rtol=1e-4, atol=1e-4)
    assert shown[1].shape == source.shape


def test_rejects_an_unknown_loss_of_the_generator():
    with pytest.raises(ValueError, match=r"must name some of .* got 'cycle'"):
        lsd(generator_weights=dict(cycle=10.0))


def test_predicts_with_the_segmentor_alone():
    """Test-time cost is that of the bare segmentor: the same operations."""
    model, _ = lsd()
    model.eval()
    images = torch.rand(1, 3, 32, 32)
    graphs = []
    for predict in (model, model.segmentor):
        with torch.profiler.profile() as profile:
            logits = predict(images, mode='tensor')
        graphs.append([event.name for event in profile.events()])
    assert graphs[0] == graphs[1]
    assert len(graphs[0]) > 10
    with ParametersRead(model) as read:
        torch.testing.assert_close(model(images, mode='tensor'), logits)
    assert read.parameters <= set(model.segmentor.parameters())


def test_panels():
    """In the units of files, as the model is tested; training goes on as before."""
    model, _ = lsd(value_range=(0.0, 255.0))
    model.train()
    batch = toy_batch(size=32)
    for image in batch['inputs']:
        image.mul_(255)
    panels = model.panels(model.data_preprocessor(batch, True))
    assert list(panels) == [d + k for d in BOTH for k in ('', '.reconstructed')]
    torch.testing.assert_close(panels['source'], torch.stack(batch['inputs'][0::2]))
    made = panels['target.reconstructed']
    assert 0 < made.min() < made.max() < 255
    assert all(module.training for module in model.modules())
    model.eval()
    images = torch.stack(batch['inputs'][1::2])
    features = model.segmentor.extract_feat(images)[1]
    generator = model.objectives['lsd'].generator
    torch.testing.assert_close(made, 255 * generator((32, 32), None, features))
