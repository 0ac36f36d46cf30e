"""Two processes, each with half of a mini-batch, against one with all of it."""

import os
import signal
import traceback
from types import SimpleNamespace

import pytest
import torch
from conftest import toy_adaptor, toy_batch, toy_optimizers
from mmengine.hooks import CheckpointHook
from mmengine.optim import build_optim_wrapper
from mmseg.registry import MODELS
from test_multi_source import SOURCES, multi_source
from test_output_alignment import two_levels
from torch import distributed, nn

from mmuda.engine.hooks import SameBuffersHook
from mmuda.models.phased import PhasedDistributedDataParallel

GROUPS = {
    'dann': ('source', 'target'),
    'adaptsegnet': ('source', 'target'),
    'multi-source': (*SOURCES, 'target'),
}


def dann():
    """With batch normalisation that is frozen."""
    cfg = toy_adaptor(norm=dict(type='BN'))
    cfg.segmentor.backbone.norm_eval = True
    cfg.segmentor.decode_head.norm_cfg = None
    torch.manual_seed(0)
    model = MODELS.build(cfg)
    for name, buffer in model.named_buffers():
        if name.endswith(('running_mean', 'running_var')):
            buffer.uniform_(0.5, 1.5)
    return model, build_optim_wrapper(model, toy_optimizers(dict(type='SGD', lr=0.1)))


BUILD = {'dann': dann, 'adaptsegnet': two_levels, 'multi-source': multi_source}


def halves(method):
    """Two groups of images; their labels have each class equally often."""
    batches = [toy_batch(GROUPS[method], seed=seed, size=32) for seed in (0, 1)]
    for first, second in zip(*(b['data_samples'] for b in batches), strict=True):
        if 'gt_sem_seg' in first:
            second.gt_sem_seg.data = first.gt_sem_seg.data.roll(5, -1)
    return batches


def step(method, batch):
    """What an iteration takes off the weights: gradients, times the learning rate."""
    model, optimizers = BUILD[method]()
    model.double()  # rounding is no difference
    model.segmentor.backbone.register_forward_pre_hook(
        lambda _, given: tuple(images.double() for images in given)
    )
    before = {n: p.detach().clone() for n, p in model.named_parameters()}
    if distributed.is_initialized():
        PhasedDistributedDataParallel(model).train_step(batch, optimizers)
    else:
        model.train_step(batch, optimizers)
    return {n: before[n] - p.detach() for n, p in model.named_parameters()}


def buffers(rank):
    """Those of a process before and after each moment at which they may be shared."""
    model = nn.BatchNorm1d(2, momentum=None)
    model.register_buffer('seen', torch.tensor([rank == 0]))
    model(torch.tensor([[0.0, 2.0], [3.0, 4.0]]) + rank)
    hook = SameBuffersHook()
    writes = CheckpointHook(interval=2, by_epoch=False)
    runner = SimpleNamespace(model=model, hooks=[hook, writes], iter=0, max_iters=9)
    state = lambda: {k: v.clone() for k, v in model.named_buffers()}  # noqa: E731
    found = {'begun': state()}
    hook.after_train_iter(runner, 0)
    found['no checkpoint'] = state()
    runner.iter = 1
    hook.after_train_iter(runner, 1)
    found['checkpoint'] = state()
    model.running_mean.add_(rank)
    hook.before_val_epoch(runner)
    found['validation'] = state()
    return found


def in_two_processes(work):
    """What ``work(rank)`` returns in each of two forks that talk by Gloo."""
    children = []
    for rank in range(2):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                signal.alarm(100)
                meet = f'file://{os.path.abspath("meet")}'
                distributed.init_process_group('gloo', meet, rank=rank, world_size=2)
                torch.save(work(rank), f'{rank}.pt')
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        children.append(child)
    ended = [os.waitstatus_to_exitcode(os.waitpid(c, 0)[1]) for c in children]
    assert ended == [0, 0]
    return [torch.load(f'{rank}.pt') for rank in range(2)]


@pytest.fixture(scope='module')
def found(tmp_path_factory):
    """By rank: steps by method, and buffers."""
    folder, back = tmp_path_factory.mktemp('two'), os.getcwd()
    os.chdir(folder)
    try:
        return in_two_processes(
            lambda rank: {
                'buffers': buffers(rank),
                **{method: step(method, halves(method)[rank]) for method in BUILD},
            }
        )
    finally:
        os.chdir(back)


@pytest.mark.parametrize('method', BUILD)
def test_gradients_are_those_of_the_joint_batch(found, method):
    first, second = halves(method)
    joint = {key: [*first[key], *second[key]] for key in first}
    expected, alone = step(method, joint), step(method, first)
    for rank in found:
        for name, value in rank[method].items():
            torch.testing.assert_close(
                value, expected[name], rtol=1e-6, atol=1e-12, msg=name
            )
    # Half of the batch would not do.
    assert max((alone[n] - e).abs().max() for n, e in expected.items()) > 1e-4


def test_buffers_are_shared_before_checkpoints_and_validation(found):
    first, second = (rank['buffers'] for rank in found)
    for moment in ('begun', 'no checkpoint'):
        for name in ('running_mean', 'seen'):
            assert not torch.equal(first[moment][name], second[moment][name])
    for moment in ('checkpoint', 'validation'):
        for name, buffer in first[moment].items():
            assert torch.equal(buffer, first['begun'][name]), name
            assert torch.equal(buffer, second[moment][name]), name
