"""Heads of mmuda as heads of MMSeg: the same logits."""

import copy

import pytest
import torch
from conftest import toy_segmentor
from mmengine.config import ConfigDict
from mmseg.registry import MODELS

from mmuda.jobs.plain import plain_segmentor

BN = dict(type='BN')
DEEPLABV2 = dict(type='DeepLabV2Head', in_channels=4, in_index=1, align_corners=True)
MOBILENET = dict(
    type='EncoderDecoder',
    backbone=dict(
        type='MobileNetV2',
        widen_factor=0.25,
        strides=(1, 2, 2, 1, 1, 1, 1),
        dilations=(1, 1, 1, 2, 2, 4, 4),
        out_indices=(1, 2, 4, 6),
        norm_cfg=BN,
    ),
    decode_head=dict(
        type='DeepLabV3PlusHead',
        in_channels=80,
        in_index=3,
        channels=16,
        dilations=(1, 2),
        c1_in_channels=8,
        c1_channels=8,
        num_classes=5,
        norm_cfg=BN,
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)


def with_head(**head):
    cfg = toy_segmentor(num_classes=5)
    cfg.decode_head = ConfigDict(head, num_classes=5)
    return cfg


SEGMENTORS = {
    'deeplabv3plus': MOBILENET,
    'deeplabv2': with_head(**DEEPLABV2, dilations=(2, 3, 4)),
    'clan': with_head(
        type='BranchedHead',
        head=dict(DEEPLABV2, loss_decode=dict(type='SoftmaxFocalLoss')),
        branches=dict(first=dict(), second=dict(dilations=(2, 3))),
        merge='sum',
    ),
    'one branch': dict(
        with_head(
            type='BranchedHead', head=DEEPLABV2, branches=dict(all=dict(sources=['a']))
        ),
        type='BranchedEncoderDecoder',
    ),
    'auxiliary': dict(
        toy_segmentor(num_classes=5),
        auxiliary_head=dict(toy_segmentor(num_classes=5).decode_head, in_index=1),
    ),
}


@pytest.mark.parametrize('name', SEGMENTORS)
def test_same_logits(name):
    torch.manual_seed(0)
    ours = MODELS.build(copy.deepcopy(ConfigDict(SEGMENTORS[name])))
    for value in ours.state_dict().values():  # biases and statistics as well
        if value.is_floating_point():
            value.uniform_(0.1, 0.5)
    cfg, weights = plain_segmentor(SEGMENTORS[name], ours.state_dict())
    plain = MODELS.build(cfg)
    plain.load_state_dict(weights)  # strictly
    assert type(plain.decode_head).__module__.startswith('mmseg.')
    assert type(plain).__name__ == 'EncoderDecoder'
    images = torch.rand(2, 3, 32, 48)
    ours, plain = (
        model.eval().double()(images.double(), mode='tensor') for model in (ours, plain)
    )
    torch.testing.assert_close(plain, ours, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ('cfg', 'match'),
    [
        (
            with_head(
                type='BranchedHead',
                head=DEEPLABV2,
                branches=dict(a=dict(), b=dict()),
            ),
            'BranchedHead can not be exported.*merged by a maximum',
        ),
        (
            dict(SEGMENTORS['deeplabv2'], backbone=dict(type='DeepLabV2ResNet')),
            'DeepLabV2ResNet can not be exported.*rounds sizes up',
        ),
        (
            dict(SEGMENTORS['deeplabv2'], backbone=dict(type='DeepLabV2VGG16')),
            'DeepLabV2VGG16 can not be exported.*MMSeg has no such part',
        ),
        (
            with_head(**DEEPLABV2, dilations=(1, 2)),
            'DeepLabV2Head can not be exported.*with a dilation of 1',
        ),
    ],
)
def test_refuses_what_mmseg_can_not_say(cfg, match):
    ours = MODELS.build(copy.deepcopy(ConfigDict(SEGMENTORS['deeplabv2'])))
    with pytest.raises(ValueError, match=match):
        plain_segmentor(cfg, ours.state_dict())
