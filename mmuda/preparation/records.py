"""Records of what a prepared folder holds."""

import json
from collections.abc import Iterator
from pathlib import Path

from mmuda.files import read_json, write_atomically

SHOWN = 3  # differences in a message
LONGEST = 120  # characters of a value in it


def refuse_other(root: Path, records: list[Path], identity: dict) -> None:
    """Refuse to mix data sets in one folder.

    Args:
        root: The folder.
        records: JSON files that tell, under ``identity``, what is there or was begun.
        identity: What is asked for.

    Raises:
        ValueError: If something else is there.
    """
    for file in filter(Path.is_file, records):
        found = read_json(file).get('identity') or {}
        known = {key: found.get(key) for key in identity}
        if differing := list(_differences(known, identity)):
            there, asked = (
                ', '.join(
                    f'{name} {_short(pair[n])}' for name, *pair in differing[:SHOWN]
                )
                for n in (0, 1)
            )
            more = (
                f' ({len(differing) - SHOWN} more differ)' if differing[SHOWN:] else ''
            )
            raise ValueError(
                f'{root} holds a data set with {there}; asked for {asked}{more}: '
                'choose another folder'
            )


def _differences(found: dict, wanted: dict) -> Iterator[tuple[str, object, object]]:
    """What two objects differ in: its name, and both values."""
    for key in dict.fromkeys([*wanted, *found]):
        there, asked = found.get(key), wanted.get(key)
        if isinstance(there, dict) and isinstance(asked, dict):
            for name, *pair in _differences(there, asked):
                yield f'{key}.{name}', *pair
        elif there != asked:
            yield key, there, asked


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f'{text[:LONGEST]}...'


def write_json(file: Path, content: dict) -> None:
    """Write a JSON file, whole or not at all."""
    with write_atomically(file) as out:
        out.write(json.dumps(content, indent=2) + '\n')
