"""Logits of pixels from masks of queries, which need no MMDetection."""

import math

import pytest
import torch
from conftest import toy_batch, toy_segmentor
from mmengine.model import BaseModule
from mmseg.registry import MODELS

from mmuda.models.heads.mask2former import SemanticInference
from mmuda.models.pixel_weights import pixel_weights
from mmuda.models.predictions import probabilities


def semantic_scores(classes, masks):
    """Sect. 3.4 of MaskFormer, number by number; lists, for one image."""
    scores = [[[0.0 for _ in row] for row in masks[0]] for _ in classes[0][:-1]]
    for query, mask in zip(classes, masks, strict=True):
        total = sum(math.exp(logit) for logit in query)
        for c, logit in enumerate(query[:-1]):
            for y, row in enumerate(mask):
                for x, value in enumerate(row):
                    inside = 1 / (1 + math.exp(-value))
                    scores[c][y][x] += math.exp(logit) / total * inside
    return scores


def test_logits_are_logarithms_of_semantic_scores():
    torch.manual_seed(0)
    classes, masks = 2 * torch.randn(2, 5, 4), 3 * torch.randn(2, 5, 3, 2)
    images = zip(classes.tolist(), masks.tolist(), strict=True)
    expected = torch.tensor([semantic_scores(*image) for image in images])
    logits = SemanticInference()(classes, masks)
    assert logits.shape == (2, 3, 3, 2)
    torch.testing.assert_close(logits.exp(), expected)
    shares = expected / expected.sum(1, keepdim=True)
    torch.testing.assert_close(probabilities(logits), shares)


@pytest.mark.parametrize('dtype', [torch.float32, torch.bfloat16])
def test_where_no_mask_is_all_classes_are_alike(dtype):
    classes = torch.randn(1, 5, 4, dtype=dtype, requires_grad=True)
    masks = torch.full((1, 5, 3, 2), -100.0, dtype=dtype, requires_grad=True)
    with torch.autocast('cpu', torch.bfloat16, enabled=dtype != torch.float32):
        logits = SemanticInference()(classes, masks)
    assert logits.dtype == torch.float32
    torch.testing.assert_close(
        probabilities(logits), torch.full_like(logits, 1 / 3), rtol=0, atol=1e-6
    )
    probabilities(logits).square().sum().backward()
    assert torch.isfinite(masks.grad).all()
    assert torch.isfinite(classes.grad).all()


class MaskHead(BaseModule):
    """A head that is none of pixels, as Mask2Former's."""


def test_no_pixel_weights_for_masks():
    segmentor = MODELS.build(toy_segmentor())
    segmentor.auxiliary_head = MaskHead()
    batch = toy_batch(('source',), size=32)
    with (
        pytest.raises(ValueError, match='loss of MaskHead takes no pixel weights'),
        pixel_weights(segmentor, torch.ones(1, 32, 32)),
    ):
        segmentor.loss(torch.stack(batch['inputs']), batch['data_samples'])


@pytest.mark.parametrize(
    'objective',
    [
        dict(type='ClassMix'),
        dict(type='MaskedConsistency'),
        dict(type='Supervision', class_weights=(1, 2, 3)),
        dict(type='PseudoLabelSupervision', balanced=True),
    ],
    ids=lambda objective: objective['type'],
)
def test_objectives_that_weigh_pixels_refuse_masks_when_built(objective):
    segmentor = MODELS.build(toy_segmentor())
    segmentor.decode_head = MaskHead()
    with pytest.raises(ValueError, match='loss of MaskHead takes no pixel weights'):
        MODELS.build(objective).attach(segmentor)
