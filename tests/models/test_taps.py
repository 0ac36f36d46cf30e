"""Reading inner layers."""

import pytest
import torch
from conftest import toy_segmentor
from mmseg.registry import MODELS

from mmuda.models.taps import read_taps


@pytest.fixture
def segmentor():
    torch.manual_seed(0)
    return MODELS.build(toy_segmentor())


def test_values(segmentor):
    images = torch.rand(2, 3, 16, 16)
    outputs = read_taps(segmentor, images, ['decode_head.convs', 'logits'])
    features = segmentor.extract_feat(images)[1]
    assert torch.equal(
        outputs['decode_head.convs'], segmentor.decode_head.convs(features)
    )
    assert torch.equal(outputs['logits'], segmentor(images, mode='tensor'))


def test_nothing_runs_after_the_last_tap(segmentor):
    ran = []
    segmentor.decode_head.register_forward_hook(lambda *_: ran.append(True))
    outputs = read_taps(segmentor, torch.rand(1, 3, 16, 16), ['backbone.encoder.0'])
    assert outputs['backbone.encoder.0'].shape[:2] == (1, 4)
    assert not ran


def test_leaves_no_hooks(segmentor):
    read_taps(segmentor, torch.rand(1, 3, 16, 16), ['backbone.encoder.0'])
    assert not segmentor.backbone.encoder[0]._forward_hooks
