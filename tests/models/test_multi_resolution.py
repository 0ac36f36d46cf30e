"""Two resolutions against transcriptions, in training and at test time."""

import copy

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import toy_batch, toy_segmentor
from mmseg.registry import MODELS
from toy_objectives import begin, build

from mmuda.models.draws import rng_of
from mmuda.models.segmentors.multi_resolution import fuse, windows


def two_resolutions(**settings):
    cfg = toy_segmentor()
    cfg.type = 'MultiResolutionEncoderDecoder'
    head = copy.deepcopy(cfg.decode_head)
    cfg.update(scale_attention=head, detail_size=(12, 10), **settings)
    return cfg


@pytest.fixture
def model():
    torch.manual_seed(0)
    return MODELS.build(two_resolutions())


def logits_of(model, images, head='decode_head'):
    return getattr(model, head)(model.backbone(images))


def scaled(maps, size):
    return F.interpolate(maps, size, mode='bilinear', align_corners=False)


def naive_context(model, images):
    size = images.shape[2:]
    small = scaled(images, tuple(s // 2 for s in size))
    attention = torch.sigmoid(logits_of(model, small, 'scale_attention'))
    return scaled(logits_of(model, small), size), scaled(attention, size)


def test_fusion_pixel_by_pixel():
    context, detail, attention = torch.rand(3, 2, 4, 5, 6)
    found = fuse(context, detail, attention)
    for place in torch.cartesian_prod(*map(torch.arange, found.shape)).tolist():
        c, d, a = (x[tuple(place)] for x in (context, detail, attention))
        assert found[tuple(place)].item() == pytest.approx(((1 - a) * c + a * d).item())


def test_windows_cover_the_image_and_overlap_by_half():
    found = list(windows((20, 16), (8, 16)))
    rows = [r.start for r, _ in found]
    assert rows == [0, 4, 8, 12]
    assert {(c.start, c.stop) for _, c in found} == {(0, 16)}
    assert [r.stop for r, _ in windows((11, 4), (8, 4))] == [8, 11]


def test_prediction_is_the_transcription(model):
    """The detail is the mean of all windows that show a pixel."""
    images = torch.rand(2, 3, 16, 20)
    context, attention = naive_context(model, images)
    total, times = torch.zeros(2, 3, 16, 20), torch.zeros(16, 20)
    for top in (0, 4):
        for left in (0, 5, 10):
            part = images[..., top : top + 12, left : left + 10]
            seen = scaled(logits_of(model, part), (12, 10))
            total[..., top : top + 12, left : left + 10] += seen
            times[top : top + 12, left : left + 10] += 1
    expected = context * (1 - attention) + total / times * attention
    with torch.no_grad():
        torch.testing.assert_close(model(images, mode='tensor'), expected)
        torch.testing.assert_close(model.encode_decode(images, []), expected)


def test_loss_is_the_transcription(model):
    """Eq. 9, each image with a window of its own."""
    batch = toy_batch(('source', 'source'), size=16)
    for n, sample in enumerate(batch['data_samples']):
        sample.set_metainfo(dict(stream_seed=n))
        sample.gt_sem_seg.data[:, :3] = 255
    images = torch.stack(batch['inputs'])
    labels = torch.cat([s.gt_sem_seg.data for s in batch['data_samples']])
    context, attention = naive_context(model, images)
    fused, seen, truths = [], [], []
    for n, sample in enumerate(batch['data_samples']):
        rng = rng_of(sample, 'detail')
        top, left = int(rng.integers(5)), int(rng.integers(7))
        part = images[n : n + 1, :, top : top + 12, left : left + 10]
        detail = scaled(logits_of(model, part), (12, 10))[0]
        both = context[n].clone()
        trust = attention[n, :, top : top + 12, left : left + 10]
        window = both[:, top : top + 12, left : left + 10]
        window.copy_((1 - trust) * window + trust * detail)
        fused.append(both)
        seen.append(detail.flatten(1))
        truths.append(labels[n, top : top + 12, left : left + 10].flatten())
    losses = model.loss(images, batch['data_samples'])
    of_fusion = F.cross_entropy(torch.stack(fused), labels, ignore_index=255)
    detail, truth = torch.cat(seen, 1).T, torch.cat(truths)
    of_detail = F.cross_entropy(detail, truth, ignore_index=255)
    torch.testing.assert_close(losses['decode.loss_ce'], 0.9 * of_fusion)
    torch.testing.assert_close(losses['detail.loss_ce'], 0.1 * of_detail)
    sum(v for k, v in losses.items() if 'loss' in k).backward()
    for part in (model.backbone, model.decode_head, model.scale_attention):
        assert all(p.grad.any() for p in part.parameters() if p.grad is not None)
        assert any(p.grad is not None for p in part.parameters())


def test_goes_with_self_training():
    """A teacher, mixtures, masks and the feature distance on the context."""
    objectives = dict(
        teacher=dict(type='MeanTeacher', threshold=0.4),
        mix=dict(type='ClassMix'),
        masked=dict(type='MaskedConsistency'),
        distance=dict(type='FeatureDistance', share=0.1, scale=0.5),
    )
    model, optimizer = build(objectives, segmentor=two_resolutions())
    model.train_step(toy_batch(size=32), optimizer)
    domains = begin(model, toy_batch(size=32, seed=1))
    losses = model.phase_losses('segmentor', domains)
    assert losses['distance.loss_distance'] > 0
    for name in ('mix', 'masked'):
        assert torch.isfinite(losses[f'{name}.detail.loss_ce'])
    weights = torch.cat([s.pseudo_weight.data for s in domains['taught'].data_samples])
    assert weights.shape == (2, 32, 32)


def test_rejects_what_it_can_not_do():
    cfg = two_resolutions(auxiliary_head=toy_segmentor().decode_head)
    with pytest.raises(ValueError, match='takes no auxiliary_head'):
        MODELS.build(cfg)
    cfg = two_resolutions()
    cfg.decode_head.loss_decode.avg_non_ignore = False
    with pytest.raises(ValueError, match='avg_non_ignore of the decode head must be'):
        MODELS.build(cfg)
