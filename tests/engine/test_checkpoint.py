"""Checkpoints: nothing in them runs, and they are whole or not there."""

import os
import pickle
import resource
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import toy_adaptor, toy_segmentor
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader
from mmseg.registry import MODELS

from mmuda.engine.checkpoint import (
    AtomicBackend,
    latest_checkpoint,
    load_checked,
    load_weights,
)


class Hostile:
    def __reduce__(self):
        return os.mkdir, ('hacked',)


def test_plain_content_survives(tmp_path):
    content = dict(
        state_dict={
            'w': torch.nn.Parameter(torch.rand(2, 3)),
            'h': torch.rand(2).half(),
        },
        meta=dict(iter=3, name='x', array=np.arange(3), scalar=np.float64(2)),
        message_hub=dict(log_scalars={'loss': HistoryBuffer([1.0, 2.0], [1, 1])}),
    )
    torch.save(content, tmp_path / 'c.pth')
    loaded = CheckpointLoader.load_checkpoint(str(tmp_path / 'c.pth'), 'cpu')
    assert torch.equal(loaded['state_dict']['w'], content['state_dict']['w'])
    assert torch.equal(loaded['state_dict']['h'], content['state_dict']['h'])
    assert loaded['message_hub']['log_scalars']['loss'].mean() == 1.5
    assert loaded['meta']['scalar'] == 2


@pytest.mark.parametrize('legacy', [False, True])
def test_refuses_anything_else(tmp_path, legacy):
    file = tmp_path / 'hostile.pth'
    torch.save(
        dict(state_dict=Hostile()), file, _use_new_zipfile_serialization=not legacy
    )
    with pytest.raises(
        ValueError, match=r'hostile\.pth is refused: it holds \w+\.mkdir'
    ):
        CheckpointLoader.load_checkpoint(str(file), 'cpu')
    assert not os.path.exists('hacked')


@pytest.mark.parametrize(
    ('function', 'arguments'),
    [
        (eval, ('1',)),
        (getattr, (torch.Size, 'count')),
        (getattr, (HistoryBuffer, '__init__')),
    ],
)
def test_refuses_builtins(tmp_path, function, arguments):
    class Call:
        def __reduce__(self):
            return function, arguments

    torch.save(dict(x=Call()), tmp_path / 'b.pth')
    name = function.__name__
    with pytest.raises(ValueError, match=rf'refused: it holds _*builtins?_*\.{name}'):
        load_checked(str(tmp_path / 'b.pth'))


def test_refuses_a_damaged_file(tmp_path):
    file = tmp_path / 'c.pth'
    torch.save(dict(w=torch.rand(100)), file)
    for content in (file.read_bytes()[:200], b'', b'not a checkpoint'):
        file.write_bytes(content)
        with pytest.raises(ValueError, match=r'c\.pth is (damaged|refused)'):
            load_checked(str(file))
    with pytest.raises(FileNotFoundError, match=r'other\.pth does not exist'):
        load_checked(str(tmp_path / 'other.pth'))


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    backend, file = AtomicBackend(), tmp_path / 'c.pth'
    backend.put(b'old', file)
    monkeypatch.setattr(os, 'fsync', lambda _: (_ for _ in ()).throw(OSError('full')))
    with pytest.raises(OSError, match='full'):
        backend.put(b'new', file)
    assert file.read_bytes() == b'old'
    assert list(tmp_path.iterdir()) == [file]


def test_latest_checkpoint(tmp_path):
    assert latest_checkpoint(tmp_path) is None
    for name in (
        'iter_9.pth',
        'iter_10.pth',
        'best_mIoU_iter_11.pth',
        '.iter_12.pth.1.tmp',
    ):
        (tmp_path / name).write_bytes(b'')
    assert latest_checkpoint(tmp_path).name == 'iter_10.pth'


def test_pickle_is_not_reached_by_another_name(tmp_path):
    """A global whose dotted name leaves its module is not on the list."""
    payload = (
        pickle.PROTO + b'\x04' + b'\x8c\x05torch' + b'\x8c\x0ahub.system' + b'\x93.'
    )
    (tmp_path / 'p.pth').write_bytes(payload)
    with pytest.raises(ValueError, match=r'p\.pth is (damaged|refused)'):
        load_checked(str(tmp_path / 'p.pth'))


def test_all_weights_or_none(tmp_path):
    """A segmentor's weights suffice for its adaptor; other shapes are refused."""
    torch.save(MODELS.build(toy_segmentor()).state_dict(), tmp_path / 'plain.pth')
    adaptor = MODELS.build(toy_adaptor())
    before = adaptor.segmentor.decode_head.conv_seg.weight.clone()
    load_weights(adaptor, tmp_path / 'plain.pth')
    assert not torch.equal(adaptor.segmentor.decode_head.conv_seg.weight, before)

    torch.save(dict(state_dict=adaptor.state_dict()), tmp_path / 'adaptor.pth')
    more_classes = MODELS.build(toy_segmentor(num_classes=4))
    with pytest.raises(ValueError, match=r'plain\.pth does not fit .*conv_seg'):
        load_weights(more_classes, tmp_path / 'plain.pth')
    with pytest.raises(ValueError, match=r'adaptor\.pth does not fit .* lacks'):
        load_weights(MODELS.build(toy_segmentor()), tmp_path / 'adaptor.pth')


class Writes(torch.nn.Module):
    """A TorchScript program that writes a file when it is loaded."""

    def forward(self, x):
        return x

    @torch.jit.export
    def __getstate__(self):
        return torch.zeros(1), self.training

    @torch.jit.export
    def __setstate__(self, state: tuple[torch.Tensor, bool]):
        torch.save(state[0], 'hacked')
        self.training = state[1]


def test_refuses_a_program_before_it_runs(tmp_path):
    """``torch.load`` hands a TorchScript archive on to ``torch.jit.load``, unasked."""
    torch.jit.script(Writes()).save(str(tmp_path / 'program.pth'))
    Path('hacked').unlink(missing_ok=True)
    with pytest.raises(ValueError, match=r'program\.pth is refused: it is a TorchScr'):
        load_checked(str(tmp_path / 'program.pth'))
    assert not os.path.exists('hacked')


@pytest.mark.parametrize(
    'content',
    [
        b'\x80\x02' + b'\x8b\x10\x00\x00\x80',  # a length beyond all bounds
        b'\x80\x04' + b'K\x01K\x02\x86R.',  # a number is called
        b'\x80\x04' + b'\x8e' + b'\xff' * 7 + b'\x0f',  # more bytes than memory
        b'\x80\x04' + b']\x94h\x05.',  # a name that was never given
    ],
)
def test_refuses_a_broken_pickle(tmp_path, content):
    (tmp_path / 'b.pth').write_bytes(content)
    with pytest.raises(ValueError, match=r'b\.pth is (damaged|refused)'):
        load_checked(str(tmp_path / 'b.pth'))


def test_a_broken_pickle_takes_no_memory(tmp_path):
    """Its memo has one entry, numbered so that an array of it would take 32 GiB."""
    content = b'\x80\x04' + b'K\x01' + b'r' + (2**31 - 1).to_bytes(4, 'little') + b'.'
    (tmp_path / 'b.pth').write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ValueError, match=r'b\.pth is damaged'):
        load_checked(str(tmp_path / 'b.pth'))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2**20


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ([1], 'holds a list, expected a dict of weights'),
        (dict(state_dict=[1]), 'holds a list as state_dict, expected a dict'),
        (dict(state_dict={}, meta=3), 'holds a int as meta, expected a dict'),
        (dict(state_dict=dict(w=torch.tensor([1.0, torch.nan]))), 'w holds numbers'),
    ],
)
def test_refuses_what_is_no_checkpoint(tmp_path, content, message):
    torch.save(content, tmp_path / 'c.pth')
    with pytest.raises(ValueError, match=message):
        load_checked(str(tmp_path / 'c.pth'))


def test_large_weights_are_finite(tmp_path):
    """Their sum is not."""
    content = dict(w=torch.full((4,), 3e38), i=torch.arange(3), b=torch.ones(2).bool())
    torch.save(content, tmp_path / 'c.pth')
    assert torch.equal(load_checked(str(tmp_path / 'c.pth'))['w'], content['w'])
