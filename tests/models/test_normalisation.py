"""Batch statistics by domain, and what is tested between them."""

import copy

import pytest
import torch
from conftest import toy_adaptor, toy_batch, toy_optimizers, toy_segmentor
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from torch import nn

from mmuda.models.normalisation import (
    add_statistics,
    batch_norms,
    blend_checkpoint,
    blend_known,
    measure_statistics,
)

BN = dict(type='BN', momentum=0.25)
LAYER = 'backbone.encoder.0.0.convs.0.bn'


def build(norm=BN, alpha=1.0, **segmentor):
    cfg = toy_adaptor(norm=norm, **segmentor)
    cfg.statistics = dict(alpha=alpha)
    # Moves weights as little as possible: statistics can be followed by hand.
    torch.manual_seed(0)
    model = MODELS.build(cfg)
    slow = dict(type='SGD', lr=1e-12)
    return model.train(), build_optim_wrapper(model, toy_optimizers(slow))


def unlike(seed):
    """A mini-batch whose target is brighter and has more contrast."""
    batch = toy_batch(seed=seed)
    batch['inputs'][1::2] = [3 * image + 2 for image in batch['inputs'][1::2]]
    return batch


def convolved(model, images):
    """What the first layer of batch normalisation sees."""
    return model.segmentor.get_submodule(LAYER.removesuffix('bn') + 'conv')(images)


def test_each_domain_is_remembered_by_itself():
    """Running mean and variance with momentum, unbiased, written out for one layer."""
    model, optimizers = build()
    expected = {'source': (torch.zeros(4), torch.ones(4))}
    expected['target'] = expected['source']
    for i in range(3):
        batch = unlike(i)
        model.train_step(batch, optimizers)
        for number, (role, times) in enumerate((('source', 2), ('target', 1))):
            images = torch.stack(batch['inputs'][number::2])
            with torch.no_grad():
                values = convolved(model, images).movedim(1, 0).flatten(1)
            mean, var = expected[role]
            for _ in range(times):  # supervise and critic; critic alone
                mean = 0.75 * mean + 0.25 * values.mean(1)
                var = 0.75 * var + 0.25 * values.var(1, correction=1)
            expected[role] = mean, var
    for role, (mean, var) in expected.items():
        kept = model.statistics.get_submodule(f'{role}.{LAYER}')
        torch.testing.assert_close(kept.running_mean, mean)
        torch.testing.assert_close(kept.running_var, var)
        assert kept.num_batches_tracked == dict(source=6, target=3)[role]


@pytest.mark.parametrize('alpha', [0.0, 0.3, 1.0])
def test_what_is_tested_and_saved_lies_between(alpha):
    model, optimizers = build(alpha=alpha)
    for i in range(2):
        model.train_step(unlike(i), optimizers)
    saved = copy.deepcopy(model.state_dict())
    for name in ('running_mean', 'running_var'):
        source, target = (
            saved[f'statistics.{role}.{LAYER}.{name}'] for role in ('source', 'target')
        )
        assert not torch.allclose(source, target, rtol=0.1)
        expected = (1 - alpha) * source + alpha * target
        torch.testing.assert_close(saved[f'segmentor.{LAYER}.{name}'], expected)
        if alpha in (0.0, 1.0):
            assert torch.equal(saved[f'segmentor.{LAYER}.{name}'], expected)
        model.eval()
        tested = getattr(model.segmentor.get_submodule(LAYER), name)
        assert torch.equal(tested, saved[f'segmentor.{LAYER}.{name}'])


def test_testing_in_between_changes_nothing():
    """Validation in the middle of training leaves the running statistics alone."""
    model, optimizers = build()
    twin = copy.deepcopy(model)
    theirs = build_optim_wrapper(twin, toy_optimizers(dict(type='SGD', lr=1e-12)))
    for i in range(3):
        model.train_step(unlike(i), optimizers)
        model.eval()
        model(torch.rand(1, 3, 16, 16), mode='tensor')
        model.state_dict()
        model.train()
        twin.train_step(unlike(i), theirs)
    ours = model.state_dict()
    assert all(
        torch.equal(value, ours[name]) for name, value in twin.state_dict().items()
    )


def test_a_checkpoint_of_the_source_begins_the_statistics():
    """Before any pass of the target the source model is tested as it is."""
    plain = MODELS.build(toy_segmentor(norm=BN))
    for layer in batch_norms(plain).values():
        layer.running_mean.uniform_()
        layer.num_batches_tracked.fill_(7)
    model, optimizers = build(alpha=1.0)
    model.load_state_dict(plain.state_dict(), strict=False)
    model.eval()
    found = model.segmentor.state_dict()
    assert all(torch.equal(found[name], v) for name, v in plain.state_dict().items())
    model.train().train_step(unlike(0), optimizers)
    counts = [
        int(model.statistics.get_submodule(f'{role}.{LAYER}').num_batches_tracked)
        for role in ('source', 'target')
    ]
    assert counts == [9, 1]


def test_layers_in_eval_mode_stay_as_they_are():
    """As with ``norm_eval``: their statistics are pretrained ones, for all domains."""
    model, optimizers = build()
    frozen = model.segmentor.get_submodule(LAYER)
    frozen.running_mean.fill_(0.5)
    frozen.train = lambda mode=True: nn.Module.train(frozen, False)
    model.train()
    for i in range(2):
        model.train_step(unlike(i), optimizers)
    saved = model.state_dict()
    assert saved[f'segmentor.{LAYER}.running_mean'].eq(0.5).all()
    assert saved[f'segmentor.{LAYER}.num_batches_tracked'] == 0
    other = LAYER.replace('encoder.0.0', 'encoder.1.1')
    assert saved[f'segmentor.{other}.num_batches_tracked'] > 0


def test_layers_that_were_exchanged():
    """mmengine's ``sync_bn`` puts others in their place, after the model was built."""
    model, _ = build()
    model = nn.SyncBatchNorm.convert_sync_batchnorm(model).train()
    layers = model.statistics.layers
    assert {type(layer) for layer in layers.values()} == {nn.SyncBatchNorm}
    with model.statistics.of('target'):
        kept = model.statistics.get_submodule(f'target.{LAYER}')
        assert layers[LAYER].running_mean is kept.running_mean
    kept.num_batches_tracked += 1
    model.eval()
    assert layers[LAYER].running_mean is not kept.running_mean


@pytest.mark.parametrize('norm', [None, dict(type='GN', num_groups=2)])
def test_networks_without_batch_normalisation(norm):
    """They have nothing to declare."""
    model, optimizers = build(norm=norm, alpha=0.5)
    model.train_step(unlike(0), optimizers)
    weights = dict(model.state_dict())
    assert not [name for name in weights if name.startswith('statistics.')]
    before = dict(weights)
    blend_checkpoint(weights, 0.5)
    assert weights == before


def test_measured_statistics_are_means_over_the_batches():
    """And the model that they were measured with stays what it was."""
    torch.manual_seed(0)
    segmentor = MODELS.build(toy_segmentor(norm=BN, dropout=0.5)).train()
    before = copy.deepcopy(segmentor.state_dict())
    batches = [torch.rand(n, 3, 16, 16) for n in (3, 2)]
    found = measure_statistics(segmentor, batches)
    after = segmentor.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert segmentor.training
    assert set(found) == set(batch_norms(segmentor))

    convolution = segmentor.get_submodule(LAYER.removesuffix('bn') + 'conv')
    values = [convolution(b).movedim(1, 0).flatten(1) for b in batches]
    mean = sum(v.mean(1) for v in values) / 2
    var = sum(v.var(1, correction=1) for v in values) / 2
    torch.testing.assert_close(found[LAYER]['running_mean'], mean)
    torch.testing.assert_close(found[LAYER]['running_var'], var)
    assert found[LAYER]['num_batches_tracked'] == 2


def test_a_model_that_learns_no_statistics_is_not_passed():
    segmentor = MODELS.build(toy_segmentor())
    assert measure_statistics(segmentor, iter(lambda: pytest.fail('passed'), 0)) == {}


def test_a_source_model_is_given_statistics_afterwards():
    """Alpha 0 is the source model bit for bit, 1 has what was measured."""
    torch.manual_seed(0)
    segmentor = MODELS.build(toy_segmentor(norm=BN))
    segmentor.train()(torch.rand(4, 3, 16, 16), mode='tensor')
    measured = measure_statistics(segmentor, [2 + torch.rand(4, 3, 16, 16)])
    plain = dict(segmentor.state_dict())
    weights = dict(plain)
    add_statistics(weights, None, measured)

    blend_checkpoint(weights, 0.0, prefix='')
    assert all(torch.equal(weights[name], value) for name, value in plain.items())
    blend_checkpoint(weights, 1.0, prefix='')
    for path, statistics in measured.items():
        for name, value in statistics.items():
            assert torch.equal(weights[f'{path}.{name}'], value)
    with pytest.raises(ValueError, match=r'no batch statistics of the target: measure'):
        blend_checkpoint(dict(plain), 1.0, prefix='')


def test_layers_that_no_domain_has_passed_stay_as_they_are():
    model, _ = build()
    before = model.state_dict()
    weights = dict(before)
    blend_known(weights, 1.0, 'segmentor.')
    assert all(torch.equal(weights[name], value) for name, value in before.items())


def test_layers_that_one_domain_never_passes_are_the_same_after_a_restart():
    """Alignment taps the backbone: the target never passes the head."""
    name = 'statistics.target.decode_head.convs.0.bn.running_mean'
    model, optimizers = build()
    model.train_step(unlike(0), optimizers)
    saved = copy.deepcopy(model.state_dict())
    again, other_optimizers = build()
    again.load_state_dict(saved)
    for resumed, wrapper in ((model, optimizers), (again, other_optimizers)):
        resumed.train_step(unlike(1), wrapper)
    assert not torch.equal(saved[name.replace('target', 'source')], saved[name])
    for name, value in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], value), name


@pytest.mark.parametrize('alpha', [-0.1, 1.5])
def test_rejects_alpha(alpha):
    with pytest.raises(
        ValueError, match=rf'alpha must be a number in \[0, 1\], got {alpha}'
    ):
        build(alpha=alpha)
