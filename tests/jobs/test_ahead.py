"""The next item is made while one is used; a generator lives in one thread."""

import threading

import pytest

from mmuda.jobs.tiling.ahead import ahead

PATIENCE_S = 30


def test_next_is_made_while_one_is_used():
    used, made = threading.Event(), threading.Event()

    def items():
        yield 0
        assert used.wait(PATIENCE_S)
        made.set()
        yield 1

    found = []
    for item in ahead(items()):
        used.set()
        assert made.wait(PATIENCE_S)
        found.append(item)
    assert found == [0, 1]


def test_an_error_comes_at_its_turn():
    def items():
        yield 0
        raise ValueError('the second is damaged')

    found = ahead(items())
    assert next(found) == 0
    with pytest.raises(ValueError, match='the second is damaged'):
        next(found)


def test_ends_in_the_thread_that_it_began_in():
    """Also where nobody wants the rest, and before the next statement."""
    seen = []

    def items():
        seen.append(threading.current_thread())
        try:
            yield from range(9)
        finally:
            seen.append(threading.current_thread())

    found = ahead(items())
    assert next(found) == 0
    found.close()
    begun, ended = seen
    assert begun is ended is not threading.current_thread()
    assert not begun.is_alive()
