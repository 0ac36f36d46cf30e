"""Category-adaptive adaptation: the steps and formulas of its training written out."""

import copy

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import toy_batch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from toy_objectives import begin, build, gradients

STAGES = ['backbone.encoder.0', 'backbone.encoder.1']
STYLE = dict(
    type='StyleGapBridging',
    taps=STAGES,
    discriminator=dict(type='StyleVectorDiscriminator', channels=2),
    loss_weight=0.5,
)


def labelled_batch(seed=0):
    """A mini-batch whose target has labels on some pixels."""
    batch = toy_batch(seed=seed, size=32)
    generator = torch.Generator().manual_seed(seed)
    for sample in batch['data_samples'][1::2]:
        labels = torch.randint(4, (1, 32, 32), generator=generator)
        sample.gt_sem_seg = PixelData(data=labels.masked_fill(labels == 3, 255))
    return batch


def test_iterations_equal_the_steps_written_out():
    """Pooled stages, original GAN loss, discriminators after the segmentor (Eq. 5)."""
    model, optimizers = build(dict(style=STYLE), critics=['style'])
    twin = copy.deepcopy(model)
    for i in range(3):
        model.train_step(toy_batch(seed=i, size=32), optimizers)

    segmentor, critics = twin.segmentor, twin.objectives['style'].discriminator
    steps = [torch.optim.SGD(m.parameters(), 0.1) for m in (segmentor, critics)]

    def pooled(images):
        """Styles of the stages: (N, D) each."""
        first = segmentor.backbone.encoder[0](images)
        return [x.mean((2, 3)) for x in (first, segmentor.backbone.encoder[1](first))]

    def distance(styles, truth):
        total = 0.0
        for style, critic in zip(styles, critics.values(), strict=True):
            p = critic(style).sigmoid()
            total = total - (p.log() if truth else (1 - p).log()).mean()
        return total

    for i in range(3):
        batch = toy_batch(seed=i, size=32)
        source, target = (torch.stack(batch['inputs'][k::2]) for k in (0, 1))
        truth = torch.cat([s.gt_sem_seg.data for s in batch['data_samples'][0::2]])
        features = segmentor.extract_feat(source)
        heads = segmentor.decode_head, segmentor.auxiliary_head
        loss = sum(
            F.cross_entropy(F.interpolate(h(features), 32, mode='bilinear'), truth)
            for h in heads
        )
        styles = [pooled(source), pooled(target)]
        loss = loss + 0.5 * distance(styles[1], 0)
        twin.zero_grad()
        loss.backward()
        steps[0].step()
        twin.zero_grad()
        before = [[style.detach() for style in domain] for domain in styles]
        (distance(before[0], 0) / 2 + distance(before[1], 1) / 2).backward()
        steps[1].step()
    for (name, ours), theirs in zip(
        model.named_parameters(), twin.parameters(), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6, msg=name)


def test_who_learns_of_style():
    """The stages by the segmentor's phase, the discriminators by their own."""
    model, _ = build(dict(style=STYLE), critics=['style'])
    reached = gradients(model, 'segmentor')['style.loss_adversarial']
    encoder = {name for name in reached if name.startswith('segmentor.')}
    assert encoder
    assert all(name.startswith('segmentor.backbone.encoder.') for name in encoder)
    for loss, names in gradients(model, 'critic').items():
        assert names, loss
        assert all(name.startswith('objectives.style.') for name in names)


def test_the_style_discriminator():
    """Four 1-D convolutions with kernels of 4: a score for 16 channels (Sect. 3.2)."""
    critic = MODELS.build(dict(type='StyleVectorDiscriminator'))
    layers = [m for m in critic.modules() if isinstance(m, torch.nn.Conv1d)]
    assert [layer.kernel_size for layer in layers] == [(4,)] * 4
    assert critic(torch.rand(3, 256)).shape == (3, 17)


def test_the_segmentation_discriminator_of_16_pixels():
    critic = dict(type='FullyConvolutionalDiscriminator', in_channels=2, channels=2)
    maps = torch.rand(1, 2, 128, 256)
    assert MODELS.build(critic)(maps).shape == (1, 1, 4, 8)
    assert MODELS.build(dict(critic, last_stride=1))(maps).shape == (1, 1, 7, 15)


@pytest.mark.parametrize('mean', ['all', 'labelled'])
def test_pseudo_labels(mean):
    """Eq. 6 over all pixels, m being where there is a label; or over those alone."""
    labels = dict(type='PseudoLabelSupervision', mean=mean, loss_weight=0.5)
    model, _ = build(dict(pseudo_labels=labels))
    domains = begin(model, labelled_batch())
    losses = model.phase_losses('segmentor', domains)
    batch = domains['target']
    truth = torch.cat([s.gt_sem_seg.data for s in batch.data_samples])
    features = model.segmentor.extract_feat(batch.inputs)
    for name in ('decode_head', 'auxiliary_head'):
        logits = getattr(model.segmentor, name)(features)
        p = F.interpolate(logits, 32, mode='bilinear').softmax(1)
        total = count = 0
        for y, q in zip(truth.flatten(), p.movedim(1, -1).flatten(0, 2), strict=True):
            if y != 255:
                total, count = total - q[y].log(), count + 1
        count = truth.numel() if mean == 'all' else count
        prefix = 'decode' if name == 'decode_head' else 'aux'
        found = losses[f'pseudo_labels.{prefix}.loss_ce']
        torch.testing.assert_close(found, 0.5 * total / count, rtol=1e-4, atol=1e-6)


def test_a_batch_without_any_label_changes_nothing():
    labels = dict(type='PseudoLabelSupervision')
    model, _ = build(dict(pseudo_labels=labels))
    batch = labelled_batch()
    for sample in batch['data_samples'][1::2]:
        sample.gt_sem_seg.data.fill_(255)
    losses = model.phase_losses('segmentor', begin(model, batch))
    assert losses['pseudo_labels.decode.loss_ce'] == 0


def test_refuses_what_can_not_be_learned_from():
    labels = dict(type='PseudoLabelSupervision')
    model, _ = build(dict(pseudo_labels=labels))
    with pytest.raises(ValueError, match='the target has no pseudo labels'):
        model.phase_losses('segmentor', begin(model, toy_batch(size=32)))
    with pytest.raises(ValueError, match=r"mean must be one of .* got 'none'"):
        build(dict(pseudo_labels=dict(labels, mean='none')))
    from toy_objectives import two_level_segmentor

    segmentor = two_level_segmentor()
    segmentor.decode_head.loss_decode.avg_non_ignore = False
    with pytest.raises(ValueError, match='avg_non_ignore=True in that of FCNHead'):
        build(dict(pseudo_labels=dict(labels, mean='all')), segmentor)
