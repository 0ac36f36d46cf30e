"""Bad inputs of the table are answered by one line, and nothing is started."""

import os
import re
import shlex
from pathlib import Path

import pytest
import torch
from table import ROWS
from toy_run import mmuda
from world import copy_world, make_world

from mmuda.jobs.command_line import errors_in_one_line
from mmuda.jobs.errors import told


def answer(words):
    """Status, all that is said, and the lines that name an error."""
    done = mmuda(*shlex.split(words), check=False)
    lines = [x for x in done.stderr.splitlines() if x.startswith('error: ')]
    return done.returncode, done.stdout + done.stderr, lines


def checkpoints():
    return {str(file) for file in Path().rglob('*.pth')}


def quick_cases():
    """Some of the table; ``make faults`` has all of it."""
    for number in range(0, len(ROWS), EVERY):
        row = ROWS[number]
        yield row, *next(row.cases())


EVERY = 6  # rows; 15 seconds of the whole suite are for this
CASES = list(quick_cases())


@pytest.fixture(scope='session')
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp('world')
    back = os.getcwd()
    os.chdir(folder)
    make_world(folder)
    os.chdir(back)
    return folder


@pytest.mark.parametrize(
    ('row', 'words'),
    [(row, words) for row, _, words in CASES],
    ids=[name.replace('/', '|') for _, name, _ in CASES],
)
def test_one_line(row, words, world, tmp_path):
    copy_world(world, tmp_path)
    if row.spoil is not None:
        row.spoil()
    before = checkpoints()
    status, said, lines = answer(words)
    assert 'Traceback' not in said, said[-2000:]
    assert status == 2, said[-2000:]
    assert len(lines) == 1, said[-2000:]
    assert re.search(row.line, lines[0]), lines[0]
    assert not os.path.exists('out/hacked')
    assert checkpoints() <= before


def test_a_bug_keeps_its_traceback_and_says_so(capsys, monkeypatch):
    monkeypatch.delenv('MMUDA_DEBUG', raising=False)
    with pytest.raises(SystemExit) as stopped, errors_in_one_line():
        {}['nobody']
    said = capsys.readouterr().err
    assert stopped.value.code == 1
    assert "KeyError: 'nobody'" in said
    assert 'bug: this is an error of mmuda, not of your input' in said


def test_a_traceback_of_the_users_error_on_request(monkeypatch):
    monkeypatch.setenv('MMUDA_DEBUG', '1')
    with pytest.raises(ValueError, match='mine'), errors_in_one_line():
        raise ValueError('mine')


def test_an_error_in_a_worker_is_its_own_line():
    """As PyTorch raises it: with the traceback of the worker for a message."""
    loader = torch.utils.data.DataLoader(Broken(), num_workers=1)
    with pytest.raises(ValueError, match='Traceback') as raised:
        next(iter(loader))
    assert told(raised.value) == 'images/7.tif: not a raster'


class Broken(torch.utils.data.Dataset):
    def __len__(self):
        return 1

    def __getitem__(self, index):
        try:
            raise OSError('of GDAL')
        except OSError as error:
            raise ValueError('images/7.tif: not a raster') from error
