"""Optimizers by phase."""

import pytest
from conftest import toy_adaptor, toy_optimizers, toy_segmentor
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS


def test_paramwise_rules_go_by_the_names_of_the_model():
    model = MODELS.build(toy_adaptor())
    cfg = toy_optimizers(dict(type='SGD', lr=1.0))
    rule = {'segmentor.decode_head': dict(lr_mult=10)}
    cfg['supervise'] = dict(cfg['supervise'], paramwise_cfg=dict(custom_keys=rule))
    optimizers = build_optim_wrapper(model, cfg)
    rates = {
        id(p): group['lr']
        for group in optimizers['supervise'].optimizer.param_groups
        for p in group['params']
    }
    for name, parameter in model.segmentor.named_parameters():
        assert rates[id(parameter)] == (10 if name.startswith('decode_head') else 1)
    assert optimizers.get_lr()['align.lr'] == [1.0]


def test_rejects_optimizers_that_do_not_fit():
    model = MODELS.build(toy_adaptor())
    cfg = toy_optimizers()
    del cfg['align']
    with pytest.raises(ValueError, match='each phase needs one'):
        build_optim_wrapper(model, cfg)
    with pytest.raises(ValueError, match='need a PhasedModel, got EncoderDecoder'):
        build_optim_wrapper(MODELS.build(toy_segmentor()), toy_optimizers())
    with pytest.raises(ValueError, match='belongs into the optimizer of a phase'):
        build_optim_wrapper(model, dict(toy_optimizers(), paramwise_cfg={}))
