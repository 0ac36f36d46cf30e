"""Label spaces as data: one YAML file per taxonomy, one per mapping between two.

A taxonomy names the classes behind the ids of label images::

    name: farmland
    ignored: [9]          # ids that stand for no class; optional
    classes:
      - {id: 0, name: field, colour: [255, 255, 0]}
      - {id: 4, name: forest, colour: [0, 128, 0]}

A mapping says what each class of one taxonomy is in another, or ``ignore``::

    from: farmland.yml    # beside this file, or the name of one that mmuda ships
    to: isprs6
    classes:
      field: low_vegetation
      forest: tree

In training a class is known by its place in the list, from 0 on.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

IGNORED = 255  # train id of a pixel that counts nowhere
IGNORE = 'ignore'  # what a mapping calls it
MAX_ID = 65_535  # label images have at most 16 bits
SHIPPED = Path(__file__).parent / 'taxonomies'


@dataclass(frozen=True)
class Taxonomy:
    """The classes that a data set tells apart.

    Args:
        name: Name of the taxonomy.
        classes: Name of each class.
        ids: What each class is called in label images.
        colours: Red, green and blue of each class, 0 to 255, or None.
        ignored: Ids in label images that stand for no class.
    """

    name: str
    classes: tuple[str, ...]
    ids: tuple[int, ...]
    colours: tuple[tuple[int, int, int] | None, ...]
    ignored: tuple[int, ...] = ()

    @property
    def metainfo(self) -> dict[str, object]:
        """``classes`` and ``palette`` of a dataset in MMSeg.

        Without a colour for every class the palette is empty, and MMSeg makes one up.
        """
        palette = [list(colour) for colour in self.colours if colour is not None]
        complete = len(palette) == len(self.classes)
        return {'classes': self.classes, 'palette': palette if complete else []}

    def label_map(self) -> dict[int, int]:
        """Train id of each id in label images, 255 = ignored."""
        return dict.fromkeys(self.ignored, IGNORED) | {
            class_id: train_id for train_id, class_id in enumerate(self.ids)
        }

    @property
    def is_trainable(self) -> bool:
        """Whether ids in label images are train ids already."""
        return self.ids == tuple(range(len(self.ids))) and not self.ignored


@dataclass(frozen=True)
class TaxonomyMapping:
    """What the classes of one taxonomy are in another.

    Args:
        source: Taxonomy of the label images.
        target: Taxonomy that a model learns.
        classes: Class of ``target``, or None to ignore it, for each of ``source``.
    """

    source: Taxonomy
    target: Taxonomy
    classes: dict[str, str | None]

    def label_map(self) -> dict[int, int]:
        """Train id of each id in label images, 255 = ignored."""
        table = dict.fromkeys(self.source.ignored, IGNORED)
        for name, class_id in zip(self.source.classes, self.source.ids, strict=True):
            to = self.classes[name]
            table[class_id] = IGNORED if to is None else self.target.classes.index(to)
        return table


def to_train_ids(
    labels: np.ndarray, label_map: dict[int, int], file: str | Path
) -> np.ndarray:
    """Replace the ids of a label image by train ids; 255 stays ignored.

    Args:
        labels: Ids, any integer type.
        label_map: Train id of every id that may occur.
        file: Where the labels come from, for the error message.

    Returns:
        Train ids, the shape of ``labels``, uint8.

    Raises:
        ValueError: If an id is not in the table.
    """
    known = {IGNORED: IGNORED} | label_map
    check_known(labels, set(known), file)
    table = np.zeros(MAX_ID + 1, np.uint8)
    table[list(known)] = list(known.values())
    return table[labels]


def check_known(labels: np.ndarray, known: set[int], file: str | Path) -> None:
    """Refuse ids that a taxonomy does not have.

    Raises:
        ValueError: If there is one; the message names ``file``.
    """
    unknown = sorted(set(_distinct(labels)) - known)
    if unknown:
        raise ValueError(
            f'{file}: class ids {shares(labels, np.isin(labels, unknown))} are not in '
            f'the taxonomy, expected {", ".join(map(str, sorted(known)))}'
        )


def shares(labels: np.ndarray, which: np.ndarray | bool = True) -> str:
    """Ids of some pixels and the share of all pixels that each has, for a message."""
    found, counts = np.unique(labels[which], return_counts=True)
    shown = [
        f'{i} ({100 * n / labels.size:.3g} %)'
        for i, n in zip(found[:10].tolist(), counts, strict=False)
    ]
    return ', '.join(shown) + (', ...' if len(found) > 10 else '')


def _distinct(labels: np.ndarray) -> list[int]:
    if labels.dtype in (np.uint8, np.uint16):  # several times as fast as sorting
        return np.flatnonzero(np.bincount(labels.ravel())).tolist()
    return np.unique(labels).tolist()


def read_taxonomy(name: str | Path, beside: Path | None = None) -> Taxonomy:
    """Read and check a taxonomy.

    Args:
        name: One that mmuda ships, such as ``cityscapes19``, or a YAML file.
        beside: Folder in which a file is looked for; by default the working folder.

    Raises:
        FileNotFoundError: If there is no such taxonomy.
        ValueError: If the file is not as it should be; the message names it.
    """
    file = _find(name, beside)
    content = _read(file, {'name', 'classes'}, {'ignored'})
    entries, ignored = content['classes'], content.get('ignored', [])
    _require(
        isinstance(entries, list) and entries,
        file,
        'classes must be a list of {id, name, colour}',
    )
    for entry in entries:
        _check_class(entry, file)
    _require(isinstance(ignored, list), file, 'ignored must be a list of ids')
    for class_id in ignored:
        _check_id(class_id, 'ignored', file)
    _check_unique([('id', e['id'], e['name']) for e in entries], file)
    _check_unique([('id', i, 'ignored') for i in ignored] + _ids(entries), file)
    _check_unique([('name', e['name'], f'id {e["id"]}') for e in entries], file)
    colours = [tuple(e['colour']) if 'colour' in e else None for e in entries]
    coloured = zip(colours, entries, strict=True)
    _check_unique([('colour', c, e['name']) for c, e in coloured if c], file)
    return Taxonomy(
        str(content['name']),
        tuple(e['name'] for e in entries),
        tuple(e['id'] for e in entries),
        tuple(colours),
        tuple(ignored),
    )


def read_mapping(name: str | Path) -> TaxonomyMapping:
    """Read and check a mapping between taxonomies, and these.

    Args:
        name: One that mmuda ships, such as ``synthia_to_cityscapes19``, or a YAML
            file.

    Raises:
        FileNotFoundError: If there is no such mapping, or no taxonomy that it names.
        ValueError: If a file is not as it should be; the message names it.
    """
    file = _find(name)
    content = _read(file, {'from', 'to', 'classes'}, set())
    source = read_taxonomy(content['from'], file.parent)
    target = read_taxonomy(content['to'], file.parent)
    given = content['classes']
    _require(
        isinstance(given, dict),
        file,
        'classes must be lines of `class: class or ignore`',
    )
    for known, found, of in (
        (set(source.classes), given, source),
        ({*target.classes, IGNORE}, given.values(), target),
    ):
        unknown = [str(c) for c in found if not isinstance(c, str) or c not in known]
        _require(
            not unknown,
            file,
            f'no class {", ".join(unknown)} in taxonomy {of.name}, expected '
            f'{", ".join(sorted(known))}',
        )
    missing = [c for c in source.classes if c not in given]
    _require(
        not missing,
        file,
        f'nothing is said of class {", ".join(missing)} of taxonomy {source.name}, '
        'expected a class or ignore for each',
    )
    classes = {c: None if given[c] == IGNORE else given[c] for c in source.classes}
    return TaxonomyMapping(source, target, classes)


def _ids(entries: list[dict]) -> list[tuple[str, int, str]]:
    return [('id', entry['id'], entry['name']) for entry in entries]


def _find(name: str | Path, beside: Path | None = None) -> Path:
    if not isinstance(name, (str, Path)):
        raise ValueError(f'{name!r} is no name of a taxonomy and no YAML file')
    if Path(name).suffix in ('.yml', '.yaml'):
        file = Path(beside or '', name)
        if not file.is_file():
            raise FileNotFoundError(f'{file}: no such taxonomy or mapping')
        return file
    file = SHIPPED / f'{name}.yml'
    if not file.is_file():
        shipped = ', '.join(sorted(path.stem for path in SHIPPED.glob('*.yml')))
        raise FileNotFoundError(
            f'no taxonomy or mapping {name}, expected a .yml file or one of {shipped}'
        )
    return file


# In C where PyYAML was built so: eight times as fast.
class _UniqueKeyLoader(getattr(yaml, 'CSafeLoader', yaml.SafeLoader)):
    """PyYAML takes the last of equal keys without a word."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, object]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.YAMLError(f'{twice!r} occurs twice')
        return super().construct_mapping(node, deep)


def _read(file: Path, required: set[str], optional: set[str]) -> dict:
    try:
        content = yaml.load(file.read_text(encoding='utf-8'), _UniqueKeyLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f'{file}: {" ".join(str(error).split())}') from error
    keys = set(content) if isinstance(content, dict) else set()
    _require(
        required <= keys <= required | optional,
        file,
        f'has {", ".join(sorted(map(str, keys))) or "no keys"}, expected '
        f'{", ".join(sorted(required))}'
        + ''.join(f' (and {key})' for key in sorted(optional)),
    )
    return content


def _check_class(entry: object, file: Path) -> None:
    keys = set(entry) if isinstance(entry, dict) else set()
    _require(
        {'id', 'name'} <= keys <= {'id', 'name', 'colour'},
        file,
        f'class {entry!r} must have id, name and, if it likes, colour',
    )
    name = entry['name']
    _require(
        isinstance(name, str) and name != IGNORE,
        file,
        f'name of a class must be text other than `{IGNORE}`, got {name!r}',
    )
    _check_id(entry['id'], name, file)
    colour = entry.get('colour', [0, 0, 0])
    _require(
        isinstance(colour, list)
        and len(colour) == 3
        and all(type(part) is int and 0 <= part <= 255 for part in colour),
        file,
        f'colour of {name} must be three integers from 0 to 255, got {colour!r}',
    )


def _check_id(class_id: object, name: str, file: Path) -> None:
    _require(
        type(class_id) is int and 0 <= class_id <= MAX_ID and class_id != IGNORED,
        file,
        f'id of {name} must be an integer from 0 to {MAX_ID} other than {IGNORED} '
        f'(ignored), got {class_id!r}',
    )


def _check_unique(
    entries: list[tuple[str, Hashable, str]],
    file: Path,
) -> None:
    """Entries are (what it is, value, whose)."""
    owners: dict[Hashable, str] = {}
    for what, value, owner in entries:
        _require(
            value not in owners,
            file,
            f'{what} {value} belongs to {owners.get(value)} and to {owner}',
        )
        owners[value] = owner


def _require(condition: object, file: Path, message: str) -> None:
    if not condition:
        raise ValueError(f'{file}: {message}')
