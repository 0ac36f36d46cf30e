"""What the tests of UNIT, MUNIT and DRIT share: small networks, batches, checks."""

import copy

import torch
from conftest import toy_batch
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS

from mmuda.models.domains import DomainBatch

DISCRIMINATOR = dict(
    type='MultiScaleDiscriminator', channels=4, num_layers=2, num_scales=2
)
GENERATOR = dict(channels=4, num_residuals=1)


def build(kind, seed=0, **settings):
    """A small translator in double precision."""
    torch.manual_seed(seed)
    cfg = dict(type=kind, generator=GENERATOR, discriminator=DISCRIMINATOR)
    return MODELS.build({**cfg, **settings}).double()


def domain_batches(number=2, size=32, bands=3, seed=0, masked=False):
    """Preprocessed images of both domains; an odd part is invalid if ``masked``."""
    generator = torch.Generator().manual_seed(seed)
    batches = {}
    for domain in ('source', 'target'):
        images = torch.rand(number, bands, size, size, generator=generator) * 2 - 1
        valid = None
        if masked:
            valid = torch.ones(number, 1, size, size, dtype=torch.bool)
            valid[0, :, :, : size // 2 + 3] = False
        batches[domain] = DomainBatch(images.double(), [None] * number, valid)
    return batches


def losses_of(model, phase, batch, seed=1):
    """Losses of a phase with random numbers from ``seed``, on copies of the images."""
    batch = {d: DomainBatch(b.inputs.clone(), [], b.valid) for d, b in batch.items()}
    torch.manual_seed(seed)
    return model.phase_losses(phase, batch)


def assert_phases_learn(model, batch):
    """In each phase gradients reach all its modules, and nothing else."""
    for phase in model.phases:
        with model.requires_grad_of(phase.name):
            sum(losses_of(model, phase.name, batch).values()).backward()
        reached = {n for n, p in model.named_parameters() if p.grad is not None}
        updates = tuple(f'{path}.' for path in phase.updates)
        wanted = {n for n, _ in model.named_parameters() if n.startswith(updates)}
        assert reached == wanted, phase.name
        model.zero_grad(set_to_none=True)


def assert_invalid_pixels_have_no_influence(model):
    """On any loss; nor has a mask of valid pixels alone."""
    batch, everything = domain_batches(masked=True), domain_batches()
    other = {d: DomainBatch(b.inputs.clone(), [], b.valid) for d, b in batch.items()}
    whole = {d: DomainBatch(b.inputs.clone(), []) for d, b in everything.items()}
    for domain in other.values():
        domain.inputs[(~domain.valid).expand_as(domain.inputs)] = 1e3
    for domain in whole.values():
        domain.valid = torch.ones_like(domain.inputs[:, :1], dtype=torch.bool)
    for pair in ((batch, other), (everything, whole)):
        first, second = (all_losses(model, b) for b in pair)
        assert first.keys() == second.keys()
        for name, loss in first.items():
            torch.testing.assert_close(loss, second[name], msg=str(name))


def all_losses(model, batch):
    """Losses of all phases of one iteration, by phase and name."""
    return {
        (phase.name, name): loss
        for phase in model.phases
        for name, loss in losses_of(model, phase.name, batch).items()
    }


def estimate(model, batch):
    """Codes and moments of the domains from one mini-batch, as the hook does."""
    for domain in ('source', 'target'):
        model.estimate_code(domain, [batch[domain]])
    for route in model.routes:
        model.estimate_moments(route, [batch[route[0]]])


def assert_tiles_equal_the_whole(model):
    """Each tile with its halo gives what one piece gives there, and repeatedly."""
    model.eval()
    step = model.stride
    tile = 4 * step
    side = 3 * tile + 2 * model.halo
    estimate(model, domain_batches(size=side // 2 // step * step))
    image = 255 * torch.rand(1, 3, side, side, dtype=torch.double)
    whole = model.translate(image)
    torch.manual_seed(99)
    assert torch.equal(model.translate(image), whole)
    for top, left in ((tile, 0), (0, 2 * tile), (2 * tile, tile)):
        near = [
            slice(max(at - model.halo, 0), at + tile + model.halo) for at in (top, left)
        ]
        part = model.translate(image[..., near[0], near[1]])
        inside = [
            slice(at - n.start, at - n.start + tile)
            for at, n in zip((top, left), near, strict=True)
        ]
        mine = part[..., inside[0], inside[1]]
        torch.testing.assert_close(
            mine, whole[..., top : top + tile, left : left + tile]
        )


def assert_two_and_two_iterations_are_four(cfg, names, size=32):
    """A checkpoint after two of four iterations changes nothing, bit for bit."""

    def start():
        torch.manual_seed(0)
        model = MODELS.build(cfg)
        model.init_weights()
        one = dict(optimizer=dict(type='Adam', lr=1e-3))
        optimizers = dict(dict.fromkeys(names, one))
        optimizers['constructor'] = 'PhasedOptimWrapperConstructor'
        return model, build_optim_wrapper(model, optimizers)

    def iterate(model, optimizers, iterations):
        for i in iterations:
            torch.manual_seed(1000 + i)
            model.train_step(toy_batch(seed=i, size=size), optimizers)

    model, optimizers = start()
    iterate(model, optimizers, range(2))
    resumed, resumed_optimizers = start()
    resumed.load_state_dict(model.state_dict())
    for name in names:
        state = copy.deepcopy(optimizers[name].state_dict())
        resumed_optimizers[name].load_state_dict(state)
    iterate(resumed, resumed_optimizers, range(2, 4))
    iterate(model, optimizers, range(2, 4))
    for name, value in model.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name
