"""CyCADA's feature part: who moves, and when."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import toy_adaptor, toy_batch
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from toy_objectives import begin


def build(**options):
    cfg = toy_adaptor()
    alignment = cfg.objectives.alignment
    alignment.update(type='GatedAlignment', window=3, **options)
    alignment.discriminator = dict(
        type='PixelwiseDiscriminator', channels=(4,), dropout=0.0
    )
    del cfg.objectives['supervision']
    segmentor = dict(updates=['segmentor'])
    cfg.phases = [
        dict(name='critic', updates=['objectives.alignment.discriminator']),
        dict(segmentor, name='align'),
        dict(segmentor, name='supervise'),
    ]
    torch.manual_seed(0)
    return MODELS.build(cfg)


def remember(model, accuracies):
    objective = model.objectives['alignment']
    objective.accuracies[: len(accuracies)] = torch.tensor(accuracies)
    objective.seen.fill_(len(accuracies))


@pytest.mark.parametrize(
    ('accuracies', 'is_open'),
    [([61.0], True), ([61.0, 58.0, 60.0], False), ([], False)],
)
def test_waits_for_the_discriminator(accuracies, is_open):
    """With the task: the released code trains on the source behind the same gate."""
    model = build(loss_weight=0.1)
    domains = begin(model, toy_batch())
    remember(model, accuracies)
    losses = {
        **model.phase_losses('align', domains),
        **model.phase_losses('supervise', domains),
    }
    found = {name for name in losses if 'loss' in name}
    assert found == (
        {'alignment.loss_confusion', 'alignment.source.decode.loss_ce'}
        if is_open
        else set()
    )


def test_a_closed_gate_leaves_the_segmentor_alone():
    """Also with weight decay and momentum, which move weights without a gradient."""
    model = build(min_accuracy=101.0)
    decaying = dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9, weight_decay=0.5))
    optimizers = build_optim_wrapper(
        model,
        dict(
            constructor='PhasedOptimWrapperConstructor',
            critic=decaying,
            align=decaying,
            supervise='align',
        ),
    )
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    logged = model.train_step(toy_batch(), optimizers)
    moved = {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}
    assert moved == {n for n in before if n.startswith('objectives.')}
    assert 'loss_critic' in logged
    assert 'loss_align' not in logged

    model.objectives['alignment'].min_accuracy = -1.0
    model.train_step(toy_batch(seed=1), optimizers)
    after = dict(model.named_parameters())
    assert all(not torch.equal(after[n], before[n]) for n in before)


def test_both_steps_share_a_momentum():
    """One SGD for the adversarial step and for the task, as in the released code."""
    model = build(min_accuracy=-1.0)
    sgd = dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9))
    optimizers = build_optim_wrapper(
        model,
        dict(
            constructor='PhasedOptimWrapperConstructor',
            critic=sgd,
            align=sgd,
            supervise='align',
        ),
    )
    assert optimizers['supervise'] is optimizers['align']
    assert set(optimizers.state_dict()) == {'critic', 'align'}
    twin = build(min_accuracy=-1.0)
    by_hand = torch.optim.SGD(twin.segmentor.parameters(), lr=0.1, momentum=0.9)
    critic = torch.optim.SGD(
        twin.objectives['alignment'].discriminator.parameters(), lr=0.1, momentum=0.9
    )
    for i in range(2):
        model.train_step(toy_batch(seed=i), optimizers)
        domains = begin(twin, toy_batch(seed=i))
        for phase, optimizer in (
            ('critic', critic),
            ('align', by_hand),
            ('supervise', by_hand),
        ):
            with twin.requires_grad_of(phase):
                losses = twin.phase_losses(phase, domains)
                twin.zero_grad()
                twin.parse_losses(losses)[0].backward()
                optimizer.step()
            twin.finish_phase(phase, domains, stepped=True)
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs)


def test_moves_the_target_alone():
    model = build()
    domains = begin(model, toy_batch())
    remember(model, [100.0])
    loss = model.phase_losses('align', domains)['alignment.loss_confusion']
    objective, backbone = model.objectives['alignment'], model.segmentor.backbone
    scores = objective.discriminator(backbone(domains['target'].inputs)[1])
    as_source = torch.zeros(len(scores), *scores.shape[2:], dtype=torch.long)
    torch.testing.assert_close(loss, F.cross_entropy(scores, as_source))


def test_window_is_the_latest_and_in_the_checkpoint():
    model = build()
    objective = model.objectives['alignment']
    for expected in (1, 2, 3, 4):
        objective.accuracies[(expected - 1) % 3] = -1
        model.phase_losses('critic', begin(model, toy_batch()))
        assert objective.seen == expected
        assert objective.accuracies[(expected - 1) % 3] >= 0
    assert {'objectives.alignment.accuracies', 'objectives.alignment.seen'} <= set(
        model.state_dict()
    )
