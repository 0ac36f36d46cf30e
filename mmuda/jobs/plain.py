"""Segmentors made of MMSeg's own parts, saying the same."""

import copy
from collections.abc import Iterator
from typing import Any

import torch
from mmengine.config import ConfigDict
from mmseg.registry import MODELS
from torch import Tensor

from mmuda.models.heads.mask2former import NO_OBJECT_WEIGHT, class_weights

Weights = dict[str, Tensor]
HEAD = 'decode_head.'
# Why a part of mmuda has no counterpart in MMSeg.
REASONS = {
    'BranchedHead': 'its branches are merged by a maximum, which no head of MMSeg does',
    'WithBands': 'MMSeg has no such backbone for other than three bands',
    'DeepLabV2ResNet': "its pooling rounds sizes up, which MMSeg's ResNet does not",
}


def plain_segmentor(segmentor: dict, weights: Weights) -> tuple[dict, Weights]:
    """A segmentor without anything of mmuda, which predicts as the given one does.

    Heads of mmuda become heads of MMSeg with the same logits (Mask2Former's with the
    scores whose logarithms they are). What only matters in training (auxiliary heads,
    losses, weights to start from) is left out.

    Args:
        segmentor: Config of a segmentor.
        weights: Its weights, by name.

    Returns:
        Config and weights of the plain one; ``weights`` is left as it is.

    Raises:
        ValueError: If a part of it has no counterpart in MMSeg.
    """
    cfg, weights = ConfigDict(copy.deepcopy(dict(segmentor))), dict(weights)
    cfg.auxiliary_head = None
    cfg.backbone.pop('init_cfg', None)
    cfg.pop('pretrained', None)
    weights = {k: v for k, v in weights.items() if not k.startswith('auxiliary_head.')}
    if cfg.decode_head.type == 'BranchedHead':
        _merge_branches(cfg, weights)
    convert = HEADS.get(cfg.decode_head.type)
    if convert is not None:
        convert(cfg, weights)
    if 'loss_decode' in cfg.decode_head:
        cfg.decode_head.loss_decode = dict(type='CrossEntropyLoss')
    for name in _types(cfg):
        module = MODELS.get(name).__module__ if MODELS.get(name) else ''
        if module.startswith('mmuda.'):
            reason = REASONS.get(name, 'MMSeg has no such part')
            raise ValueError(f'{name} can not be exported to plain MMSeg: {reason}')
    return cfg.to_dict(), weights


def _types(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get('type'), str):
            yield node['type']
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for child in node:
            yield from _types(child)


def _merge_branches(cfg: ConfigDict, weights: Weights) -> None:
    """Several classifiers as one, where their scores are added up or there is one."""
    head = cfg.decode_head
    names = list(head.branches)
    settings = [{**head.head, **head.branches[name]} for name in names]
    summed = head.get('merge') == 'sum' and all(
        s['type'] == 'DeepLabV2Head' and not s.get('classes') for s in settings
    )
    if len(names) > 1 and not summed:
        return
    one = ConfigDict(settings[0], num_classes=head.num_classes)
    for key in ('sources', 'classes'):
        one.pop(key, None)
    one.dilations = [d for s in settings for d in s.get('dilations', (6, 12, 18, 24))]
    if not summed and len(names) == 1 and one.type != 'DeepLabV2Head':
        del one.dilations
    cfg.decode_head = one
    if cfg.type == 'BranchedEncoderDecoder':
        cfg.type = 'EncoderDecoder'
    _rename_branches(weights, names)


def _rename_branches(weights: Weights, names: list[str]) -> None:
    """``branches.second.conv_seg.branches.0`` is ``conv_seg.branches.4``, and so on."""
    inner = 'conv_seg.branches.'
    before = 0
    for name in names:
        prefix = f'{HEAD}branches.{name}.'
        mine = [key for key in weights if key.startswith(prefix)]
        numbers = set()
        for key in mine:
            rest = key.removeprefix(prefix)
            if rest.startswith(inner):
                number, kind = rest.removeprefix(inner).split('.')
                numbers.add(number)
                rest = f'{inner}{before + int(number)}.{kind}'
            weights[HEAD + rest] = weights.pop(key)
        before += len(numbers)


def _deeplabv3plus(cfg: ConfigDict, weights: Weights) -> None:
    """A 1x1 convolution is a 3x3 convolution of which the centre alone is not 0."""
    cfg.decode_head.type = 'DepthwiseSeparableASPPHead'
    name = f'{HEAD}bottleneck.conv.weight'
    weights[name] = torch.nn.functional.pad(weights[name], (1, 1, 1, 1))


def _deeplabv2(cfg: ConfigDict, weights: Weights) -> None:
    """Scores that are added up: MMSeg's pyramid head, whose last layers only add.

    Its pooled branch weighs 0.
    """
    head = cfg.decode_head
    classes, dilations = head.num_classes, tuple(head.get('dilations', (6, 12, 18, 24)))
    if 1 in dilations:
        raise ValueError(
            'DeepLabV2Head can not be exported to plain MMSeg with a dilation of 1, '
            'which its pyramid head takes for a 1x1 convolution'
        )
    inner = f'{HEAD}conv_seg.branches.'
    branches = [
        {kind: weights.pop(f'{inner}{i}.{kind}') for kind in ('weight', 'bias')}
        for i in range(len(dilations))
    ]
    cfg.decode_head = ConfigDict(
        type='ASPPHead',
        in_channels=head.in_channels,
        in_index=head.get('in_index', -1),
        channels=classes,
        dilations=dilations,
        dropout_ratio=0,
        num_classes=classes,
        norm_cfg=None,
        act_cfg=None,
        align_corners=head.get('align_corners', False),
    )
    zero = branches[0]['weight'].new_zeros
    identity = torch.eye(classes).view(classes, classes, 1, 1).to(zero(0))
    weights[f'{HEAD}image_pool.1.conv.weight'] = zero(classes, head.in_channels, 1, 1)
    weights[f'{HEAD}image_pool.1.conv.bias'] = zero(classes)
    for i, branch in enumerate(branches):
        for kind, value in branch.items():
            weights[f'{HEAD}aspp_modules.{i}.conv.{kind}'] = value
    added = torch.cat([identity] * (1 + len(branches)), dim=1)
    weights[f'{HEAD}bottleneck.conv.weight'] = torch.nn.functional.pad(added, (1,) * 4)
    weights[f'{HEAD}bottleneck.conv.bias'] = zero(classes)
    weights[f'{HEAD}conv_seg.weight'] = identity
    weights[f'{HEAD}conv_seg.bias'] = zero(classes)


def _mask2former(cfg: ConfigDict, _: Weights) -> None:
    """MMSeg's head has scores of pixels where that of mmuda has their logarithms."""
    head = cfg.decode_head
    head.type = 'Mask2FormerHead'
    no_object = head.pop('no_object_weight', NO_OBJECT_WEIGHT)
    head.loss_cls.class_weight = class_weights(head.num_classes, no_object)


HEADS = {
    'DeepLabV3PlusHead': _deeplabv3plus,
    'DeepLabV2Head': _deeplabv2,
    'SemanticMask2FormerHead': _mask2former,
}
