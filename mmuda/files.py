"""Writing files so that nothing already written is lost."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def write_atomically(
    file: str | Path, mode: str = 'w', **open_options: str
) -> Iterator[IO]:
    """Open ``file`` for writing; it appears, whole, when the block ends well.

    Until then the content stands under a temporary name in the same folder; if the
    block raises, it is removed and what was there before stays.
    """
    file = Path(file)
    temporary = file.with_name(f'.{file.name}.{os.getpid()}.tmp')
    try:
        with open(temporary, mode, **open_options) as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def sha256_of(file: str | Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    digest = hashlib.sha256()
    with open(file, 'rb') as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
