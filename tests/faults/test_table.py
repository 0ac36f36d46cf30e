"""Each bad input of the table is answered by one line, and nothing is started."""

import os
import re
import shlex
from pathlib import Path

import pytest
from table import ROWS
from toy_run import mmuda
from world import copy_world, make_world


def check(row, words):
    """Type the words; whether the row's line is answered, and nothing else."""
    if row.spoil is not None:
        row.spoil()
    before = {str(file) for file in Path().rglob('*.pth')}
    done = mmuda(*shlex.split(words), check=False)
    said = done.stdout + done.stderr
    lines = [x for x in done.stderr.splitlines() if x.startswith('error: ')]
    assert 'Traceback' not in said, said[-2000:]
    assert done.returncode == 2, (done.returncode, said[-2000:])
    assert len(lines) == 1, said[-2000:]
    assert re.search(row.line, lines[0]), lines[0]
    assert not os.path.exists('out/hacked')
    assert {str(file) for file in Path().rglob('*.pth')} <= before


CASES = [(row, *case) for row in ROWS for case in row.cases()]


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
    check(row, words)
