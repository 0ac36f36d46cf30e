"""Scenes are numbered: which numbers may be asked for."""

from numbers import Integral


def check_whole(name: str, value: object, least: int = 0) -> None:
    """Refuse what is no integer, or too small.

    Raises:
        ValueError: If so.
    """
    if not isinstance(value, Integral) or value < least:
        raise ValueError(f'{name} is {value!r}, expected an integer from {least} on')
