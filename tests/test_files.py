"""Files that appear whole, whoever else is at work in the folder."""

import errno
import os
import subprocess
import sys

import pytest

from mmuda.files import remove_leftovers, temporary_folder_name, write_atomically


def test_a_planted_link_is_not_followed(tmp_path, monkeypatch):
    """Neither at a name that can be guessed nor, if it was, at the right one."""
    secret = tmp_path / 'secret'
    secret.write_text('kept')
    (tmp_path / f'.out.{os.getpid()}.tmp').symlink_to(secret)
    with write_atomically(tmp_path / 'out') as out:
        out.write('new')
    assert secret.read_text() == 'kept'

    guessed = tmp_path / '.guessed.tmp'
    guessed.symlink_to(secret)
    monkeypatch.setattr('mmuda.files.temporary_name', lambda file: guessed)
    with pytest.raises(FileExistsError), write_atomically(tmp_path / 'out') as out:
        out.write('newer')
    assert secret.read_text() == 'kept'
    assert (tmp_path / 'out').read_text() == 'new'


def test_permissions_are_those_of_any_new_file(tmp_path):
    (tmp_path / 'plain').write_text('')
    with write_atomically(tmp_path / 'out') as out:
        out.write('')
    modes = [(tmp_path / name).stat().st_mode for name in ('plain', 'out')]
    assert modes[0] == modes[1]


def test_a_full_disk_is_named(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(OSError, match=r'out: no space left .* MiB are free there'):  # noqa: SIM117
        with write_atomically(tmp_path / 'out') as out:
            out.write('x')
    assert not list(tmp_path.iterdir())


KILLED = """
import os, signal, tempfile
from mmuda.files import temporary_folder_name, write_atomically
tempfile.mkdtemp(prefix=temporary_folder_name('pairing'), dir='.')
with write_atomically('out') as out:
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_removed(tmp_path):
    """And nothing else: not the file of a process at work, no other hidden file."""
    subprocess.run([sys.executable, '-c', KILLED], cwd=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    (tmp_path / '.hidden-1-2.tmp').write_text('')
    (tmp_path / f'{temporary_folder_name("mine")}1').mkdir()
    with write_atomically(tmp_path / 'out') as out:
        remove_leftovers(tmp_path)
        out.write('whole')
    remove_leftovers(tmp_path / 'not there')
    left = {file.name for file in tmp_path.iterdir()}
    assert left == {'.hidden-1-2.tmp', f'{temporary_folder_name("mine")}1', 'out'}


def test_the_first_file_written_in_a_folder_clears_it(tmp_path):
    """So that a killed command leaves nothing once the same command has ended."""
    subprocess.run([sys.executable, '-c', KILLED], cwd=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    with write_atomically(tmp_path / 'out') as out:
        out.write('whole')
    assert [file.name for file in tmp_path.iterdir()] == ['out']
