"""First weights of every translator: whoever has an ``init_cfg`` gets them by it."""

import pytest
import torch
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from toys import DISCRIMINATOR, GENERATOR

from mmuda.models.translators import Translator

PATCHGAN = dict(type='PatchGANDiscriminator', channels=4, num_layers=1)
CONTENT = dict(type='ContentDiscriminator', num_layers=1)
CONFIGS = {
    'ColorMapGAN': dict(levels=4, discriminator=PATCHGAN),
    'CycleGAN': dict(generator=GENERATOR, discriminator=PATCHGAN),
    'DCANGenerator': dict(base_channels=4),
    'DRIT': dict(
        generator=GENERATOR, discriminator=DISCRIMINATOR, content_discriminator=CONTENT
    ),
    'MUNIT': dict(generator=GENERATOR, discriminator=DISCRIMINATOR),
    'SemI2I': dict(channels=4, num_residuals=1, discriminator=PATCHGAN),
    'UNIT': dict(
        generator=GENERATOR, discriminator=DISCRIMINATOR, weights=dict(perceptual=0)
    ),
}
every_translator = pytest.mark.parametrize('kind', CONFIGS)
WITH_DISCRIMINATORS = [k for k in CONFIGS if 'discriminator' in CONFIGS[k]]
with_discriminators = pytest.mark.parametrize('kind', WITH_DISCRIMINATORS)


def build(kind, seed=0, **settings):
    """A translator with its first weights."""
    torch.manual_seed(seed)
    model = MODELS.build({'type': kind, **CONFIGS[kind], **settings})
    model.init_weights()
    return model


def split(model):
    """Parameters of the discriminators by name, and of everything else."""
    prefixes = tuple(
        f'{path}.'
        for phase in model.phases
        if phase.name.endswith('critic')
        for path in phase.updates
    )
    named = dict(model.named_parameters())
    theirs = {n: p for n, p in named.items() if n.startswith(prefixes)}
    return theirs, {n: p for n, p in named.items() if n not in theirs}


def test_every_translator_is_here():
    registered = {
        kind.__name__
        for kind in MODELS.module_dict.values()
        if isinstance(kind, type)
        and issubclass(kind, Translator)
        and kind.__module__.startswith('mmuda.')
    }
    assert set(CONFIGS) == registered


@every_translator
def test_all_modules_that_can_be_initialised_are(kind):
    modules = [m for m in build(kind).modules() if isinstance(m, BaseModule)]
    assert all(m.is_init for m in modules)


@with_discriminators
def test_a_discriminators_own_init_cfg(kind):
    constant = dict(type='Constant', layer='Conv2d', val=0.5, bias=0.25)
    settings = {
        name: dict(cfg, init_cfg=constant)
        for name, cfg in CONFIGS[kind].items()
        if name.endswith('discriminator')
    }
    theirs, others = split(build(kind, **settings))
    assert theirs
    for name, values in theirs.items():
        assert (values == (0.25 if name.endswith('bias') else 0.5)).all(), name
    for name, values in others.items():
        assert not (values == 0.5).any(), name


@with_discriminators
def test_a_discriminators_own_pretrained_weights(kind, tmp_path):
    """All discriminators of images begin as the one in the checkpoint."""
    cfg = CONFIGS[kind]['discriminator']
    trained = MODELS.build(dict(in_channels=3, **cfg))
    torch.save(trained.state_dict(), tmp_path / 'discriminator.pth')
    file = str(tmp_path / 'discriminator.pth')
    pretrained = dict(type='Pretrained', checkpoint=file)
    model = build(kind, discriminator=dict(cfg, init_cfg=pretrained))
    found = [m for m in model.modules() if type(m) is type(trained)]
    assert len(found) == {'ColorMapGAN': 1, 'DRIT': 4}.get(kind, 2)
    for discriminator in found:
        for name, values in discriminator.state_dict().items():
            assert torch.equal(values, trained.state_dict()[name]), name


@every_translator
def test_the_translators_init_cfg_reaches_its_generators(kind):
    layers = ['Conv2d', 'ConvTranspose2d', 'Linear']
    constant = dict(type='Constant', layer=layers, val=0.125, bias=0.25)
    model = build(kind, init_cfg=constant)
    found = 0
    for name, module in model.named_modules():
        if type(module).__name__ in layers:
            filled = (module.weight == 0.125).all() and (module.bias == 0.25).all()
            own = 'discriminator' in name or name.startswith('encoder.')  # VGG19
            assert filled != own, name
            found += not own
    assert found or kind == 'ColorMapGAN'  # whose table is the identity


@every_translator
def test_the_translators_pretrained_weights_are_the_last_word(kind, tmp_path):
    """Also over the discriminators' own default."""
    trained = build(kind, seed=1)
    torch.save(trained.state_dict(), tmp_path / 'translator.pth')
    pretrained = dict(type='Pretrained', checkpoint=str(tmp_path / 'translator.pth'))
    model = build(kind, init_cfg=[dict(type='Normal', layer='Conv2d'), pretrained])
    for name, values in model.state_dict().items():
        assert torch.equal(values, trained.state_dict()[name]), name
