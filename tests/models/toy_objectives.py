"""Adaptors of the toy segmentor with any objectives, and their optimizers."""

import copy

import torch
from conftest import toy_batch, toy_segmentor
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS

DISCRIMINATOR = dict(type='FullyConvolutionalDiscriminator', channels=2)


def two_level_segmentor(num_classes=3):
    """The toy segmentor with an auxiliary head on its first features."""
    cfg = toy_segmentor(num_classes)
    cfg.auxiliary_head = copy.deepcopy(cfg.decode_head)
    cfg.auxiliary_head.update(in_channels=8, in_index=0)
    return cfg


def build(objectives, segmentor=None, critics=(), seed=0, lr=0.1):
    """An adaptor in phases segmentor and, with critics, critic; SGD in both."""
    phases = [dict(name='segmentor', updates=['segmentor'])]
    if critics:
        updates = [f'objectives.{name}.discriminator' for name in critics]
        phases.append(dict(name='critic', updates=updates))
    torch.manual_seed(seed)
    model = MODELS.build(
        dict(
            type='DomainAdaptor',
            segmentor=segmentor or two_level_segmentor(),
            data_preprocessor=dict(type='DomainDataPreprocessor', size_divisor=1),
            objectives=dict(
                supervision=dict(type='Supervision', phase='segmentor'), **objectives
            ),
            phases=phases,
        )
    )
    one = dict(optimizer=dict(type='SGD', lr=lr))
    optimizers = {phase['name']: one for phase in phases}
    return model, build_optim_wrapper(
        model, dict(constructor='PhasedOptimWrapperConstructor', **optimizers)
    )


def begin(model, batch):
    """The domains of a mini-batch, at the beginning of an iteration."""
    return model.begin_iteration(model.data_preprocessor(batch, True))


def gradients(model, phase, batch=None, size=32):
    """Names of the parameters that the losses of ``phase`` reach, each by itself.

    All parameters require gradients here: what a loss reaches is its own doing.
    """
    domains = begin(model, batch or toy_batch(size=size))
    for earlier in model.phases:
        losses = model.phase_losses(earlier.name, domains)
        if earlier.name == phase:
            break
    reached = {}
    for name, loss in losses.items():
        if 'loss' in name:
            found = torch.autograd.grad(
                loss, list(model.parameters()), retain_graph=True, allow_unused=True
            )
            reached[name] = {
                key
                for (key, _), g in zip(model.named_parameters(), found, strict=True)
                if g is not None and g.any()
            }
    return reached
