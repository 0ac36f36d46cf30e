"""What every objective is held to: it fails early, and nodata says nothing to it."""

import pytest
import torch
from conftest import toy_adaptor, toy_batch, toy_segmentor
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from torch import nn
from toy_objectives import begin, two_level_segmentor

from mmuda.models.objectives import Objective, PseudoLabelSupervision
from mmuda.models.pixel_weights import pixel_weights
from mmuda.models.taps import channels_of

CLASSIFIER, FEATURES = 'decode_head.conv_seg', 'backbone.decoder.0'
DISCRIMINATOR = dict(type='FullyConvolutionalDiscriminator', channels=2)
LOCAL = dict(type='PixelwiseDiscriminator', channels=(4,), dropout=0.0)
SEGMENTOR = dict(name='segmentor', updates=['segmentor'])
CRITIC = dict(name='critic', updates=['objectives.it.discriminator'])
GENERATOR = dict(name='generator', updates=['objectives.it.generator'])
ALIGN = dict(name='align', updates=['segmentor.backbone'])

# Every objective of the package, with the phases that it needs.
EVERY = {
    'supervision': (dict(type='Supervision', phase='segmentor'), [SEGMENTOR]),
    'features': (
        dict(type='FeatureAlignment', tap=FEATURES, discriminator=LOCAL),
        [SEGMENTOR, CRITIC, ALIGN],
    ),
    'gated': (
        dict(
            type='GatedAlignment',
            tap=FEATURES,
            discriminator=LOCAL,
            min_accuracy=-1.0,
        ),
        [CRITIC, ALIGN, dict(SEGMENTOR, name='supervise')],
    ),
    'output': (
        dict(type='OutputAlignment', discriminator=DISCRIMINATOR),
        [SEGMENTOR, CRITIC],
    ),
    'categories': (
        dict(
            type='CategoryWeighted',
            taps=(CLASSIFIER, 'auxiliary_head.conv_seg'),
            discriminator=DISCRIMINATOR,
            warm_up=-1,
        ),
        [SEGMENTOR, CRITIC],
    ),
    'reconstruction': (
        dict(
            type='ReconstructionAlignment',
            taps=[FEATURES],
            generator=dict(
                type='PyramidGenerator', strides=[1], channels=2, dropout=0.0
            ),
            discriminator=dict(type='LabellingDiscriminator', channels=2, dropout=0.0),
            generator_weights=dict(auxiliary=1.0),
            value_range=(0.0, 1.0),
        ),
        [CRITIC, GENERATOR, SEGMENTOR],
    ),
    'entropy': (dict(type='EntropyMinimization'), [SEGMENTOR]),
    'class ratios': (dict(type='ClassRatioPrior', relaxation=1.0), [SEGMENTOR]),
    'squares': (dict(type='MaximumSquares'), [SEGMENTOR]),
    'weighted squares': (dict(type='MaximumSquares', ratio=0.2), [SEGMENTOR]),
    'guidance': (dict(type='SelfProducedGuidance', threshold=0.4), [SEGMENTOR]),
    'nuclear norm': (dict(type='NuclearNormMaximization'), [SEGMENTOR]),
    'sizes': (dict(type='SizeConstraint'), [SEGMENTOR]),
    'constrained sizes': (dict(type='ConstrainedSize'), [SEGMENTOR]),
    'shares': (dict(type='LabelDistribution', feature_tap=FEATURES), [SEGMENTOR]),
    'mmd': (dict(type='MMDAlignment', tap=FEATURES, num_locations=64), [SEGMENTOR]),
    'style': (dict(type='StyleAlignment', taps=[FEATURES]), [SEGMENTOR]),
    'distance': (dict(type='FeatureDistance', share=0.1), [SEGMENTOR]),
    'teacher': (dict(type='MeanTeacher'), [SEGMENTOR]),
    'class mix': (dict(type='ClassMix'), [SEGMENTOR]),
    'masks': (dict(type='MaskedConsistency', block=4), [SEGMENTOR]),
    'gram': (dict(type='StyleAlignment', taps=[FEATURES], style='gram'), [SEGMENTOR]),
    'style gap': (
        dict(
            type='StyleGapBridging',
            taps=['backbone.encoder.0', 'backbone.encoder.1'],
            discriminator=dict(type='StyleVectorDiscriminator', channels=2),
        ),
        [SEGMENTOR, CRITIC],
    ),
    'pseudo labels': (dict(type='PseudoLabelSupervision', mean='all'), [SEGMENTOR]),
}
TAUGHT = {'ClassMix', 'MaskedConsistency'}  # which learn from a teacher


def build(objective, phases, **options):
    torch.manual_seed(0)
    objectives = dict(it=objective)
    if any(p['name'] == 'segmentor' for p in phases):
        objectives['task'] = dict(type='Supervision', phase='segmentor')
    if objective['type'] in TAUGHT:
        phase = objective.get('phase', phases[-1]['name'])
        objectives['teacher'] = dict(type='MeanTeacher', threshold=0.4, phase=phase)
    return MODELS.build(
        dict(
            type='DomainAdaptor',
            segmentor=two_level_segmentor(),
            data_preprocessor=dict(type='DomainDataPreprocessor', size_divisor=1),
            objectives=objectives,
            phases=phases,
            **options,
        )
    )


def with_nodata(value, columns=16):
    """A mini-batch whose images have nodata in the left half, filled with ``value``."""
    batch = toy_batch(size=32)
    for image, sample in zip(batch['inputs'], batch['data_samples'], strict=True):
        invalid = torch.zeros(1, 32, 32, dtype=torch.bool)
        invalid[..., :columns] = True
        sample.invalid = PixelData(data=invalid)
        image[invalid.expand_as(image)] = value
    return batch


def with_pseudo_labels(batch):
    """The mini-batch with labels on the target, as ``LoadPseudoLabels`` gives them."""
    for image, sample in zip(batch['inputs'], batch['data_samples'], strict=True):
        if sample.domain == 'target':
            labels = (
                torch.arange(image[0].numel()).view(1, *image.shape[1:]) % 4
            ).long()
            sample.gt_sem_seg = PixelData(data=labels.masked_fill(labels == 3, 255))
    return batch


def losses_of(model, batch):
    torch.manual_seed(1)
    if any(isinstance(o, PseudoLabelSupervision) for o in model.objectives.values()):
        batch = with_pseudo_labels(batch)
    domains = begin(model, batch)
    found = {}
    for phase in model.phases:
        found.update(model.phase_losses(phase.name, domains))
    return {name: value.detach() for name, value in found.items()}


def test_every_objective_is_here():
    """Whoever adds one adds it to this file."""
    from mmuda.models import objectives

    known = {
        name
        for name in objectives.__all__
        if issubclass(getattr(objectives, name), Objective)
    }
    tested = {objective['type'] for objective, _ in EVERY.values()}
    assert tested == known - {'Objective', 'PhaseObjective'}


@pytest.mark.parametrize('name', EVERY)
def test_values_at_nodata_have_no_influence(name):
    """Else a discriminator would learn what nodata looks like in each domain."""
    one, other = (
        losses_of(build(*EVERY[name]), with_nodata(value)) for value in (0.0, 9.0)
    )
    assert one.keys() == other.keys()
    for key, value in one.items():
        assert torch.equal(value, other[key]), key


# Means over images, or random locations, are other ones with other images.
BY_PIXEL = EVERY.keys() - {
    *('mmd', 'shares', 'sizes', 'constrained sizes', 'class ratios', 'weighted squares')
}


@pytest.mark.parametrize('name', sorted(BY_PIXEL))
def test_more_nodata_is_no_cue(name):
    """Images of nodata beside the others change no mean over the valid locations.

    Each image is convolved by itself, so that those that are there stay as they are.
    """
    model = build(*EVERY[name])
    plain = toy_batch(('source', 'target'), size=32)
    more = toy_batch(('source', 'target', 'source', 'target'), size=32)
    for image, sample in zip(more['inputs'][2:], more['data_samples'][2:], strict=True):
        sample.invalid = PixelData(data=torch.ones(1, 32, 32, dtype=torch.bool))
        image.fill_(5.0)
    one, other = losses_of(model, plain), losses_of(model, more)
    for key, value in one.items():
        if not key.endswith('acc_seg'):
            torch.testing.assert_close(value, other[key], msg=key)


def test_labels_at_nodata_are_ignored():
    batch = with_nodata(0.0)
    model = build(*EVERY['supervision'])
    domains = begin(model, batch)
    labels = domains['source'].data_samples[0].gt_sem_seg.data
    assert labels[..., :16].eq(255).all()
    assert labels[..., 16:].lt(3).all()


@pytest.mark.parametrize('name', EVERY)
def test_refuses_a_model_without_its_phases(name):
    objective, phases = EVERY[name]
    last = phases[-1]['name']
    others = [dict(SEGMENTOR, name='other')]
    objective = {k: v for k, v in objective.items() if k != 'phase'}
    phase = 'supervise' if name == 'supervision' else last
    match = rf"'it' \({objective['type']}\) has losses in phase '\w+', the model has"
    with pytest.raises(ValueError, match=match):
        build(objective, [p for p in phases if p['name'] != phase] + others)


def test_refuses_a_phase_that_is_misspelt():
    """``segmentr`` used to train source-only without a word."""
    entropy = dict(type='EntropyMinimization', phase='segmentr')
    with pytest.raises(
        ValueError, match=r"phase 'segmentr', .* phases \['segmentor'\]"
    ):
        build(entropy, [SEGMENTOR])


def test_refuses_a_discriminator_that_never_learns():
    cfg = toy_adaptor()
    cfg.objectives.other = dict(cfg.objectives.alignment)
    match = (
        r'no phase updates objectives\.other\.discriminator.*, which would stay random'
    )
    with pytest.raises(ValueError, match=match):
        MODELS.build(cfg)


def test_channels_are_those_of_the_layer():
    """Of any layer, without a trace in the segmentor."""
    segmentor = MODELS.build(
        toy_segmentor(num_classes=5, bands=4, norm=dict(type='BN'))
    )
    before = {n: v.clone() for n, v in segmentor.state_dict().items()}
    state = torch.get_rng_state()
    assert channels_of(
        segmentor, [FEATURES, CLASSIFIER, 'logits', 'backbone.encoder.1']
    )
    found = channels_of(segmentor, [FEATURES, CLASSIFIER, 'backbone.encoder.1'])
    assert found == {FEATURES: 4, CLASSIFIER: 5, 'backbone.encoder.1': 8}
    assert torch.equal(torch.get_rng_state(), state)
    assert segmentor.training
    after = segmentor.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_rejects_channels_that_the_layer_does_not_have():
    objective, phases = EVERY['output']
    wrong = dict(objective, discriminator=dict(DISCRIMINATOR, in_channels=19))
    with pytest.raises(ValueError, match=r'in_channels of Fully.* is 19, expected 3'):
        build(wrong, phases)


def test_init_cfg_reaches_what_objectives_own():
    """A discriminator's own, through the dict that it is in."""
    objective, phases = EVERY['output']
    constant = dict(type='Constant', layer='Conv2d', val=0.5)
    model = build(
        dict(objective, discriminator=dict(DISCRIMINATOR, init_cfg=constant)), phases
    )
    model.init_weights()
    layers = model.objectives['it'].discriminator.layers
    assert all(m.weight.eq(0.5).all() for m in layers if isinstance(m, nn.Conv2d))


def test_weights_of_pixels_reach_every_head():
    """Against cross-entropies weighted by hand, in all heads."""
    torch.manual_seed(0)
    segmentor = MODELS.build(two_level_segmentor())
    batch = toy_batch(('source', 'source'), size=32)
    images, samples = torch.stack(batch['inputs']), batch['data_samples']
    truth = torch.cat([s.gt_sem_seg.data for s in samples])
    weights = torch.rand(2, 32, 32)
    with pixel_weights(segmentor, weights):
        losses = segmentor.loss(images, samples)
    features = segmentor.extract_feat(images)
    heads = dict(decode=segmentor.decode_head, aux=segmentor.auxiliary_head)
    for name, head in heads.items():
        logits = nn.functional.interpolate(head(features), 32, mode='bilinear')
        found = nn.functional.cross_entropy(logits, truth, reduction='none')
        torch.testing.assert_close(losses[f'{name}.loss_ce'], (weights * found).mean())
        assert head.sampler is None


def test_rejects_weights_that_a_loss_can_not_take():
    segmentor = MODELS.build(toy_segmentor())
    segmentor.decode_head.loss_by_feat = lambda logits, samples: {'loss': logits.mean()}
    batch = toy_batch(('source',), size=32)
    with (
        pytest.raises(ValueError, match='loss of FCNHead takes no pixel weights'),
        pixel_weights(segmentor, torch.ones(1, 32, 32)),
    ):
        segmentor.loss(torch.stack(batch['inputs']), batch['data_samples'])
