"""Records of what a prepared folder holds."""

import json
from pathlib import Path

from mmuda.files import read_json, write_atomically


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
        differing = [key for key in identity if found.get(key) != identity[key]]
        if differing:
            there, asked = (
                ', '.join(f'{key} {content.get(key)!r}' for key in differing)
                for content in (found, identity)
            )
            raise ValueError(
                f'{root} holds a data set with {there}; asked for {asked}: choose '
                'another folder'
            )


def write_json(file: Path, content: dict) -> None:
    """Write a JSON file, whole or not at all."""
    with write_atomically(file) as out:
        out.write(json.dumps(content, indent=2) + '\n')
