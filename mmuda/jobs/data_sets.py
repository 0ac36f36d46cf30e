"""Data sets by name: what a config's ``source`` and ``target`` mean."""

import os
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from mmengine.config import Config, ConfigDict
from mmseg.registry import DATASETS

import mmuda.version
from mmuda.datasets.domain import LABEL_LOADERS
from mmuda.datasets.prepared import is_prepared, read_manifest
from mmuda.jobs.inheritance import find_config, read_config_file

FOLDER = Path(mmuda.version.__file__).parent / '.mim' / 'configs/_base_/datasets'
OWN = 'own'  # what a prepared folder is read by, no data set by itself


@dataclass(frozen=True)
class DataSet:
    """A data set that can be a source or a target.

    Args:
        address: What finds it from anywhere: the name of a file in
            ``configs/_base_/datasets``, the path of another, ``<config>:<name>``, an
            entry of ``datasets`` in that config, or a folder of ``mmuda prepare``.
        train: Config of its labelled training images.
        val: Config of its test images; None if it has none with labels.
        evaluator: Settings of the metric where it is the target.
        classes: Ids of the classes that occur in it, where they are not all.
        stand_in: Name of the data set that stands for it with ``--demo``.
    """

    address: str
    train: dict
    val: dict | None = None
    evaluator: dict = field(default_factory=dict)
    classes: Sequence[int] | None = None
    stand_in: str | None = None

    @property
    def name(self) -> str:
        """As it is called in names of runs and files."""
        return name_of(self.address)

    def stood_in_for(self) -> 'DataSet':
        """The data set whose stand-in is used with ``--demo``, under this name."""
        if self.stand_in is None:
            return self
        return replace(find_data_set(self.stand_in), address=self.address)


# What a data set says of itself.
KEYS = tuple(f.name for f in fields(DataSet) if f.name != 'address')


def known_names() -> list[str]:
    """Names of the data sets that mmuda brings."""
    return sorted(path.stem for path in FOLDER.glob('*.py') if path.stem != OWN)


def addresses(named: str | Sequence[str], cfg: Config) -> list[str]:
    """Addresses of the data sets that a config, or its user, names.

    A word is a name in ``datasets`` of the config, a path that ends in ``.py``, a name
    that mmuda knows, several of them with dashes between, or the path of a folder.

    Raises:
        ValueError: If a name is unknown.
    """
    words = [named] if isinstance(named, str) else list(named)
    return [address for word in words for address in _addresses(word, cfg)]


def _addresses(word: str, cfg: Config) -> list[str]:
    own = cfg.get('datasets') or {}
    if word in own:
        return [f'{os.path.abspath(cfg.filename)}:{word}']
    if '.py' in word or word in known_names():
        return [word]
    if is_folder(word):
        return [word]
    if '-' in word:
        return [
            address for part in word.split('-') for address in _addresses(part, cfg)
        ]
    expected = ', '.join([*own, *known_names()])
    raise ValueError(
        f'data set {word!r} is unknown, expected one of {expected}, a file that ends '
        'in .py or a folder of `mmuda prepare`'
    )


def is_folder(word: str) -> bool:
    """Whether a word means a folder that ``mmuda prepare`` makes, there or not."""
    return os.sep in word or is_prepared(word)


def name_of(address: str) -> str:
    """Name of the data set of an address."""
    file, entry = _parts(address)
    if '.py' not in address and is_folder(address):
        return Path(file).name
    return entry or Path(file).stem


def _parts(address: str) -> tuple[str, str | None]:
    """File, or name, and entry of an address."""
    file, colon, entry = address.partition('.py:')
    return (f'{file}.py', entry) if colon else (address, None)


def find_data_set(address: str) -> DataSet:
    """The data set of an address.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If what is there is no data set.
    """
    if '.py' not in address and is_folder(address):
        return _prepared(address)
    file, entry = _parts(address)
    path = find_config(file if '.py' in file else FOLDER / f'{file}.py')
    found = read_config_file(path)
    if entry is not None:
        found = (found.get('datasets') or {}).get(entry)
        if found is None:
            raise ValueError(f'{file} has no {entry!r} in `datasets`')
        if unknown := [key for key in found if key not in (*KEYS, '_scope_')]:
            raise ValueError(
                f'data set {entry} of {file} has {unknown[0]!r}, expected some of '
                f'{", ".join(KEYS)}'
            )
    for split in ('train', 'val'):
        given = found.get(split)
        if not is_complete(given) and (split == 'train' or given is not None):
            raise ValueError(
                f'data set {address}: `{split}` must be a data set of MMSeg, a dict '
                f'with a type, got {given!r}'
            )
    values = {key: found.get(key) for key in KEYS if found.get(key) is not None}
    return DataSet(address, **deepcopy(values))


def _prepared(root: str) -> DataSet:
    """A folder of ``mmuda prepare``, read as ``configs/_base_/datasets/own.py`` says.

    Raises:
        FileNotFoundError: If there is none.
    """
    own = Config.fromfile(FOLDER / f'{OWN}.py')
    splits = {s: dict(own[s], data_root=root) for s in ('train', 'val')}
    if not read_manifest(root)['windows']['val']:
        splits['val'] = None
    return DataSet(root, **splits)


def is_complete(dataset: object) -> bool:
    """Whether a config gives a whole data set, or a list of them."""
    members = dataset if isinstance(dataset, (list, tuple)) else [dataset]
    return bool(members) and all(isinstance(m, dict) and 'type' in m for m in members)


def members_of(dataset: dict, domain: str = 'source') -> list[ConfigDict]:
    """Configs of the data sets of a domain of a ``DomainConcatDataset``."""
    found = dataset.get(domain)
    if found is None:
        return []
    return list(found) if isinstance(found, (list, tuple)) else [found]


def is_label_loader(step: dict) -> bool:
    """Whether a step of a pipeline loads labels."""
    return _type(step).startswith(LABEL_LOADERS)


def is_image_loader(step: dict) -> bool:
    """Whether a step of a pipeline loads images."""
    return _type(step).startswith('Load') and not is_label_loader(step)


def _type(step: dict) -> str:
    name = step['type']
    return (name if isinstance(name, str) else name.__name__).rpartition('.')[2]


def without_labels(dataset: dict) -> ConfigDict:
    """A data set of images alone: its pipeline loads no labels, no path leads to them.

    Args:
        dataset: Config of a labelled data set; it is not changed.
    """
    dataset = ConfigDict(deepcopy(dict(dataset)))
    steps = dataset.get('pipeline', ())
    dataset.pipeline = [step for step in steps if not is_label_loader(step)]
    dataset.get('data_prefix', {}).pop('seg_map_path', None)
    return dataset


def with_pipeline(dataset: dict, pipeline: Sequence[dict] | None) -> ConfigDict:
    """A data set with another pipeline, that of a method.

    ``dict(type='LoadRaster')`` and ``dict(type='LoadLabels')``, without settings, mean
    what the data set itself loads images and labels by, and ``dict(type='Resize')`` how
    it resizes both, nothing if it does not. A pipeline that loads no labels makes it
    one of images alone.

    Args:
        dataset: Config of a data set; it is not changed.
        pipeline: Its steps; None to leave those of the data set.
    """
    dataset = ConfigDict(deepcopy(dict(dataset)))
    if pipeline is None:
        return dataset
    own = dataset.get('pipeline', ())
    dataset.pipeline = [deepcopy(s) for step in pipeline for s in _own_steps(step, own)]
    if any(is_label_loader(step) for step in dataset.pipeline):
        return dataset
    return without_labels(dataset)


def with_augmentation(dataset: dict, steps: Sequence[dict]) -> ConfigDict:
    """A data set whose samples are augmented: after all else, before they are packed.

    Args:
        dataset: Config of a data set; it is not changed.
        steps: What its pipeline is to do in addition.
    """
    dataset = ConfigDict(deepcopy(dict(dataset)))
    own = list(dataset.get('pipeline', ()))
    packs = [n for n, step in enumerate(own) if _type(step).startswith('Pack')]
    at = packs[0] if packs else len(own)
    dataset.pipeline = [*own[:at], *deepcopy(list(steps)), *own[at:]]
    return dataset


def _own_steps(step: dict, own: Sequence[dict]) -> list[dict]:
    """The data set's own where ``step`` says no more than what is to be done."""
    roles = {
        'LoadRaster': is_image_loader,
        'LoadLabels': is_label_loader,
        'Resize': lambda candidate: _type(candidate) == 'Resize',
    }
    role = roles.get(_type(step))
    if role is None or set(step) - {'type', '_scope_'}:
        return [step]
    found = [candidate for candidate in own if role(candidate)]
    return found[:1] or ([] if _type(step) == 'Resize' else [step])


def classes_of(dataset: dict) -> tuple[str, ...] | None:
    """Names of the classes of a data set, without reading its files.

    Raises:
        ValueError: If its type is not registered.
    """
    if DATASETS.get(dataset['type']) is None:
        raise ValueError(
            f'data set type {dataset["type"]} is not registered: name its module in '
            '`custom_imports`'
        )
    settings = deepcopy({k: v for k, v in dataset.items() if k != 'pipeline'})
    built = DATASETS.build(ConfigDict(settings, lazy_init=True))
    classes = built.metainfo.get('classes')
    return None if classes is None else tuple(classes)
