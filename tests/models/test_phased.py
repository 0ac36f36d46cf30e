"""The training step: who learns in which phase, from which gradients."""

import copy

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from conftest import toy_adaptor, toy_batch, toy_optimizers, toy_segmentor
from mmengine.optim import OptimWrapper, build_optim_wrapper
from mmseg.registry import MODELS, OPTIM_WRAPPERS


def build(optimizer=None, **wrapper):
    torch.manual_seed(0)
    model = MODELS.build(toy_adaptor())
    return model, build_optim_wrapper(model, toy_optimizers(optimizer, **wrapper))


def snapshot(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def changed(model, before):
    return {n for n, p in model.named_parameters() if not torch.equal(p, before[n])}


def test_iteration_equals_the_steps_written_out():
    """The three steps of Sect. 5.2 by hand, with plain PyTorch optimizers."""
    model, optimizers = build()
    twin = copy.deepcopy(model)
    for i in range(3):
        model.train_step(toy_batch(seed=i), optimizers)

    segmentor = twin.segmentor
    discriminator = twin.objectives['alignment'].discriminator
    encoder = segmentor.backbone
    adadelta = [
        torch.optim.Adadelta(m.parameters())
        for m in (segmentor, discriminator, encoder)
    ]

    def step(optimizer, loss):
        twin.zero_grad()
        loss.backward()
        optimizer.step()

    for i in range(3):
        batch = toy_batch(seed=i)
        x_source = torch.stack(batch['inputs'][0::2])
        x_target = torch.stack(batch['inputs'][1::2])
        truth = torch.cat([s.gt_sem_seg.data for s in batch['data_samples'][0::2]])
        logits = segmentor(x_source, mode='tensor')
        logits = F.interpolate(logits, truth.shape[1:], mode='bilinear')
        step(adadelta[0], F.cross_entropy(logits, truth))

        def domain_loss(source_class, target_class, x=(x_source, x_target)):
            loss = 0
            for images, answer in zip(x, (source_class, target_class), strict=True):
                scores = discriminator(encoder(images)[1])
                answers = torch.full((len(scores), *scores.shape[2:]), answer)
                loss = loss + F.cross_entropy(scores, answers) / 2
            return loss

        step(adadelta[1], domain_loss(0, 1))
        step(adadelta[2], domain_loss(1, 0))

    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ('phase', 'prefix'),
    [
        ('supervise', 'segmentor.'),
        ('critic', 'objectives.alignment.discriminator.'),
        ('align', 'segmentor.backbone.'),
    ],
)
def test_a_phase_changes_its_modules_alone(phase, prefix):
    model, optimizers = build()
    for name, wrapper in optimizers.items():
        if name != phase:
            wrapper.optimizer.step = lambda *_, **__: None
    before = snapshot(model)
    model.train_step(toy_batch(), optimizers)
    assert changed(model, before) == {n for n in before if n.startswith(prefix)}


def test_everything_requires_gradients_again_after_a_step():
    model = MODELS.build(toy_adaptor())
    model.segmentor.backbone.encoder[0].requires_grad_(False)
    optimizers = build_optim_wrapper(model, toy_optimizers())
    frozen = {n for n, p in model.named_parameters() if not p.requires_grad}
    before = snapshot(model)
    model.train_step(toy_batch(), optimizers)
    assert {n for n, p in model.named_parameters() if not p.requires_grad} == frozen
    assert frozen
    assert not frozen & changed(model, before)


def test_gradient_accumulation_keeps_the_phases_apart():
    """Each phase steps on the mean of its own gradients of the window."""
    model, optimizers = build(dict(type='SGD', lr=0.1), accumulative_counts=2)
    twin = copy.deepcopy(model)
    optimizers.initialize_count_status(model, 0, 4)
    before = snapshot(model)
    halves = [toy_batch(('source', 'target'), seed=i) for i in range(2)]
    model.train_step(halves[0], optimizers)
    assert not changed(model, before)
    model.train_step(halves[1], optimizers)

    sums = {}
    for half in halves:
        batch = twin.begin_iteration(twin.data_preprocessor(half, True))
        for phase in ('supervise', 'critic', 'align'):
            learnable = twin.learnable(phase)
            with twin.requires_grad_of(phase):
                losses = twin(batch, mode='phase', phase=phase)
                gradients = torch.autograd.grad(twin.parse_losses(losses)[0], learnable)
            twin.finish_phase(phase, batch, stepped=half is halves[1])
            for at, gradient in enumerate(gradients):
                sums[phase, at] = sums.get((phase, at), 0) + gradient
            if half is halves[1]:
                with torch.no_grad():
                    for at, parameter in enumerate(learnable):
                        parameter -= 0.1 * sums[phase, at] / 2
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


def test_no_forward_pass_is_done_twice():
    model, optimizers = build()
    passes = []
    model.segmentor.backbone.encoder[0].register_forward_hook(
        lambda _module, args, _output: passes.append(len(args[0]))
    )
    model.train_step(toy_batch(), optimizers)
    # The source to segment it, then each domain once for critic and align.
    assert passes == [2, 2, 2]


def test_each_phase_runs_in_the_context_of_its_optimizer():
    """What AMP and accumulation rest on: autocast holds in forward, not in backward."""
    seen = {}

    @OPTIM_WRAPPERS.register_module(force=True)
    class CpuAutocastOptimWrapper(OptimWrapper):
        def optim_context(self, model):
            return torch.autocast('cpu', dtype=torch.bfloat16)

        def backward(self, loss, **kwargs):
            seen.setdefault('backward', []).append(torch.is_autocast_enabled('cpu'))
            super().backward(loss, **kwargs)

    model, optimizers = build(type='CpuAutocastOptimWrapper')
    model.segmentor.backbone.encoder[0].register_forward_hook(
        lambda _m, _a, output: seen.setdefault('dtype', []).append(output.dtype)
    )
    before = snapshot(model)
    logged = model.train_step(toy_batch(), optimizers)
    assert seen == {'dtype': [torch.bfloat16] * 3, 'backward': [False] * 3}
    assert all(torch.isfinite(value) for value in logged.values())
    assert changed(model, before) == set(before)


def test_schedules_act_on_their_phase():
    from mmengine.optim import ConstantLR

    _, optimizers = build(dict(type='SGD', lr=1.0))
    ConstantLR(optimizers['critic'], factor=0.5, end=10)
    assert optimizers.get_lr()['critic.lr'] == [0.5]
    assert optimizers.get_lr()['align.lr'] == [1.0]


def test_a_phase_of_every_second_iteration():
    """Also after a resume: where it stands is part of the checkpoint."""
    cfg = toy_adaptor()
    cfg.phases[2].every = 2
    torch.manual_seed(0)
    model = MODELS.build(cfg)
    optimizers = build_optim_wrapper(model, toy_optimizers())
    took_part = []
    for i in range(3):
        took_part.append(
            'loss_align' in model.train_step(toy_batch(seed=i), optimizers)
        )
    resumed = MODELS.build(cfg)
    resumed.load_state_dict(model.state_dict())
    for i in range(3, 5):
        logged = resumed.train_step(toy_batch(seed=i), optimizers)
        took_part.append('loss_align' in logged)
    assert took_part == [False, True, False, True, False]


def test_accumulation_counts_the_iterations_of_a_phase():
    """The rest of a window at the end is applied, whatever ``every`` is."""
    cfg = toy_adaptor()
    cfg.phases[2].every = 2
    model = MODELS.build(cfg)
    optimizers = build_optim_wrapper(model, toy_optimizers(accumulative_counts=2))
    optimizers.initialize_count_status(model, 0, 6)
    steps = []
    step = optimizers['align'].optimizer.step
    optimizers['align'].optimizer.step = lambda: steps.append(i) or step()
    for i in range(6):
        model.train_step(toy_batch(seed=i), optimizers)
    assert steps == [3, 5]  # iterations 2 and 4, then 6 by itself


def test_rejects_a_phase_that_never_takes_part():
    cfg = toy_adaptor()
    cfg.phases[2].every = 0
    with pytest.raises(ValueError, match=r"every of a phase must be .*'align': 0"):
        MODELS.build(cfg)


def test_rejects_updates_that_the_model_lacks():
    cfg = toy_adaptor()
    cfg.phases[2].updates = ['segmentor.neck']
    with pytest.raises(ValueError, match=r"'align' updates 'segmentor\.neck'.*lacks"):
        MODELS.build(cfg)


def test_rejects_phases_of_the_same_name():
    cfg = toy_adaptor()
    cfg.phases[2].name = 'critic'
    with pytest.raises(ValueError, match='must have different names'):
        MODELS.build(cfg)


def test_rejects_a_phase_without_loss():
    cfg = toy_adaptor()
    cfg.phases.append(dict(name='idle', updates=['segmentor']))
    with pytest.raises(ValueError, match="no objective has a loss in phase 'idle'"):
        MODELS.build(cfg)


def test_segmentor_is_any_encoder_decoder():
    cfg = toy_adaptor()
    cfg.segmentor = toy_segmentor(num_classes=5, bands=4)
    model = MODELS.build(cfg)
    optimizers = build_optim_wrapper(model, toy_optimizers())
    logged = model.train_step(toy_batch(bands=4, num_classes=5), optimizers)
    assert torch.isfinite(logged['loss_supervise'])
