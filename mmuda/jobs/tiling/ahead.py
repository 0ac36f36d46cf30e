"""Doing the next thing while the one before is used."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar('Item')


def ahead(items: Generator[Item, None, None]) -> Generator[Item, None, None]:
    """The same items, each made in a thread while the one before is used.

    It is for work during which Python runs other threads: reading files, networks,
    long operations on arrays. No more than one item waits. An error while one is made
    is raised when its turn comes.

    Args:
        items: Of anything but None. The generator runs and ends in one thread, as what
            it opens may ask for.
    """
    with ThreadPoolExecutor(1) as thread:
        try:
            coming = thread.submit(next, items, None)
            while (item := coming.result()) is not None:
                coming = thread.submit(next, items, None)
                yield item
        finally:
            thread.submit(items.close).result()
