"""Writing files so that nothing already written is lost."""

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

import psutil

FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def write_atomically(
    file: str | Path, mode: str = 'w', **open_options: str
) -> Iterator[IO]:
    """Open ``file`` for writing; it appears, whole, when the block ends well.

    Until then the content stands under a temporary name in the same folder; if the
    block raises, it is removed and what was there before stays.

    Raises:
        OSError: If it can not be written; of a full disk with the free space.
    """
    file = Path(file)
    temporary = temporary_name(file)
    try:
        with (
            name_what_is_full(file),
            open(temporary, mode, opener=_open_new, **open_options) as out,
        ):
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def temporary_name(file: Path) -> Path:
    """A name beside ``file`` that nobody can guess, with the process that writes it.

    :func:`remove_leftovers` knows by it what a killed process left, and is called for
    a folder when the first name in it is given out.
    """
    _clear(os.path.abspath(file.parent))
    writer = f'{_host()}-{os.getpid()}-{secrets.token_hex(8)}'
    return file.with_name(f'.{file.name[:120]}.{writer}.tmp')


def temporary_folder_name(prefix: str) -> str:
    """Start of the name of a scratch folder that :func:`remove_leftovers` knows."""
    return f'.{prefix}.{_host()}-{os.getpid()}-'


def remove_leftovers(folder: str | Path) -> None:
    """Remove what processes that were killed on this machine left in a folder.

    Temporary files of :func:`write_atomically`, and scratch folders.
    """
    if not os.path.isdir(folder):
        return
    with os.scandir(folder) as entries:
        left = [entry for entry in entries if _is_left(entry.name)]
    for entry in left:
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            Path(entry.path).unlink(missing_ok=True)


@cache
def _clear(folder: str) -> None:
    """Remove leftovers, once in the life of this process."""
    remove_leftovers(folder)


def _is_left(name: str) -> bool:
    found = re.fullmatch(r'\..+\.([^.]+)-(\d+)-[^-]+', name)
    return (
        found is not None
        and found[1] == _host()
        and not psutil.pid_exists(int(found[2]))
    )


def _host() -> str:
    return re.sub(r'[^A-Za-z0-9]', '_', socket.gethostname())


def _open_new(path: str, flags: int) -> int:
    """Open a file that is not there yet, nor a link of that name."""
    return os.open(path, flags | os.O_EXCL | getattr(os, 'O_NOFOLLOW', 0), 0o666)


def no_space(file: str | Path) -> OSError:
    """The error of a full disk: what was being written, and what is free there."""
    folder = os.path.abspath(file)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    free = shutil.disk_usage(folder).free
    return OSError(
        f'{file}: no space left to write it, {free / 2**20:,.1f} MiB are free there'
    )


def reserve(file: Path, size: int) -> None:
    """Take the space of a file before it is filled in by way of memory.

    A full disk then is an error here; met while memory is written to, it would end the
    process without a word.

    Raises:
        OSError: If there is not so much; the file is removed.
    """
    if not hasattr(os, 'posix_fallocate'):
        return
    try:
        with name_what_is_full(file), open(file, 'r+b') as opened:
            os.posix_fallocate(opened.fileno(), 0, size)
    except OSError:
        file.unlink(missing_ok=True)
        raise


@contextmanager
def name_what_is_full(file: Path) -> Iterator[None]:
    """Let the error of a full disk say what was being written, and what is free."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise no_space(file) from error


def read_json(file: str | Path) -> dict:
    """The content of a JSON file that holds an object.

    Raises:
        ValueError: If it holds anything else.
    """
    try:
        found = json.loads(Path(file).read_text())
    except ValueError as error:
        raise ValueError(f'{file} is damaged: {error}') from error
    if not isinstance(found, dict):
        raise ValueError(
            f'{file} is damaged: it holds a {type(found).__name__}, expected an object'
        )
    return found


def sha256_of(file: str | Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    digest = hashlib.sha256()
    with open(file, 'rb') as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
