"""What the ids or names in labels mean: from classes, a taxonomy or a table."""

import colorsys
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmuda.datasets.taxonomy import (
    IGNORE,
    IGNORED,
    Taxonomy,
    TaxonomyMapping,
    read_mapping,
    read_taxonomy,
)

GOLDEN = 0.618034  # turns of the colour circle that keep neighbours apart


@dataclass(frozen=True)
class Legend:
    """Classes, and which id or name in labels stands for which.

    Args:
        classes: Their names; a class is known by its place, from 0.
        palette: Red, green and blue of each.
        table: Train id, or 255, of every id (int) and name (text) in labels.
    """

    classes: tuple[str, ...]
    palette: tuple[tuple[int, int, int], ...]
    table: dict[int | str, int]

    def train_id(self, value: object) -> int | None:
        """What an attribute of a polygon stands for; None if nothing says."""
        text = str(value).strip()
        if text in self.table:
            return self.table[text]
        is_number = re.fullmatch(r'-?\d+(\.0*)?', text)
        return self.table.get(int(float(text))) if is_number else None

    def train_ids(self, ids: np.ndarray) -> np.ndarray:
        """Train ids, uint8, of ids of any integer type; unknown ones are ignored."""
        found = np.full(ids.shape, IGNORED, np.uint8)
        for raw, train_id in self.table.items():
            if isinstance(raw, int):
                found[ids == raw] = train_id
        return found

    def check(self, counts: dict[int, int], file: Path, nodata: float | None) -> None:
        """Refuse ids of a label raster that mean nothing.

        Args:
            counts: Pixels of each id.
            file: For the message.
            nodata: The file's own value for no label.

        Raises:
            ValueError: If an id is unknown, or no class is there but that of id 0 while
                255 is.
        """
        known = {*self.table, IGNORED, nodata}
        unknown = {i: n for i, n in counts.items() if i not in known}
        if unknown:
            ids = ', '.join(str(i) for i in sorted(i for i in known if _is_id(i)))
            raise ValueError(
                f'{file}: ids {share_text(unknown, counts)} mean nothing, expected '
                f'{ids}; say what they are by --values, such as '
                f'--values {min(unknown)}=NAME, or {min(unknown)}={IGNORE}'
            )
        if set(counts) == {0, IGNORED} and IGNORED not in self.table:
            raise ValueError(
                f'{file}: ids {share_text(counts, counts)} only, and {IGNORED} means '
                f'ignored; if it stands for a class: --values 0={self.classes[0]} '
                f'{IGNORED}={self.classes[-1]}, otherwise --values '
                f'0={self.classes[0]} {IGNORED}={IGNORE}'
            )


def _is_id(key: object) -> bool:
    return isinstance(key, int)


def share_text(some: dict[int, int], counts: dict[int, int]) -> str:
    """Ids with their share of all pixels, for a message."""
    total = sum(counts.values())
    shown = sorted(some)[:10]
    text = ', '.join(f'{i} ({100 * some[i] / total:.3g} %)' for i in shown)
    return text + (', ...' if len(some) > 10 else '')


def legend_of_classes(classes: Sequence[str]) -> Legend:
    """Classes whose ids are 0, 1, 2, ...

    Raises:
        ValueError: If two have one name.
    """
    if len(set(classes)) < len(classes):
        raise ValueError(f'--classes names a class twice: {" ".join(classes)}')
    table = {i: i for i in range(len(classes))} | {c: i for i, c in enumerate(classes)}
    return Legend(tuple(classes), colours(len(classes)), table)


def legend_of_values(words: Sequence[str]) -> Legend:
    """A legend from words such as ``255=road``, ``0=background`` and ``9=ignore``.

    Classes are in the order in which they are named first.

    Raises:
        ValueError: If a word is not of this form, or a value stands there twice.
    """
    pairs: dict[str, str] = {}
    for word in words:
        value, equals, name = word.partition('=')
        if not (equals and value and name):
            raise ValueError(f'--values takes ID=NAME, such as 255=road, got {word!r}')
        if value in pairs:
            raise ValueError(f'--values has {value} twice: {pairs[value]} and {name}')
        pairs[value] = name
    classes = tuple(dict.fromkeys(n for n in pairs.values() if n != IGNORE))
    if not classes:
        raise ValueError('--values names no class')
    table: dict[int | str, int] = {}
    for value, name in pairs.items():
        key = int(value) if re.fullmatch(r'-?\d+', value) else value
        table[key] = IGNORED if name == IGNORE else classes.index(name)
    names = {name: i for i, name in enumerate(classes)}
    return Legend(classes, colours(len(classes)), names | table)


def legend_of_taxonomy(taxonomy: str | None, mapping: str | None) -> Legend:
    """The legend of a taxonomy, or of a mapping from one to another."""
    space: Taxonomy | TaxonomyMapping
    space = read_mapping(mapping) if mapping else read_taxonomy(taxonomy)
    masks, goal = space, space
    if isinstance(space, TaxonomyMapping):
        masks, goal = space.source, space.target
    table = space.label_map()
    named = zip(masks.classes, masks.ids, strict=True)
    given = colours(len(goal.classes))
    palette = tuple(c or g for c, g in zip(goal.colours, given, strict=True))
    return Legend(goal.classes, palette, table | {n: table[i] for n, i in named})


def colours(number: int) -> tuple[tuple[int, int, int], ...]:
    """Colours that are easily told apart."""
    return tuple(
        tuple(
            round(255 * part)
            for part in colorsys.hsv_to_rgb(i * GOLDEN % 1, 0.7, 0.95 - 0.3 * (i % 2))
        )
        for i in range(number)
    )
