"""Which file of a config's inheritance says what, and what files a config names."""

import ast
import os
import traceback
from collections.abc import Iterable
from pathlib import Path

import mmengine
from mmengine.config import Config, ConfigDict

DELETE = '_delete_'
EXTRAS = ('mmpretrain', 'mmdet')  # of setup.py: packages that some configs import
# What a config says by the path of another file.
FILES = (
    *('source_model', 'translator', 'demo', 'source', 'target', 'custom_hooks'),
    *('pseudo_labels', 'frozen_segmentor'),
)


def find_config(file: str | Path) -> Path:
    """Path of a config; ``mmuda::<path below configs/>`` is looked up in the package.

    Raises:
        FileNotFoundError: If there is no such config.
    """
    path = Path(file).expanduser()
    if '::' in str(file):
        try:
            path = Path(Config._get_cfg_path(str(file), '')[0])
        except (AssertionError, ValueError, ImportError, FileNotFoundError) as error:
            raise FileNotFoundError(f'config {file} does not exist') from error
    if not path.is_file():
        raise FileNotFoundError(f'config {file} does not exist')
    return path


def read_config_file(file: str | Path) -> Config:
    """What a config file says, with all that it inherits.

    Raises:
        ValueError: If it can not be read: a config is a Python program, which can fail
            in any way.
        ImportError: If it needs another package of OpenMMLab; the message names the
            extra to install.
    """
    try:
        return _parsed(file)
    except Exception as error:
        if isinstance(error, ImportError):
            _ask_for_extra(file, error)
        where = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == str(file)
        ]
        line = f', line {where[-1]}' if where else ''
        raise ValueError(
            f'config {file} can not be read{line}: {type(error).__name__}: {error}'
        ) from error


def _parsed(file: str | Path) -> Config:
    try:
        return Config.fromfile(file)
    except SystemError:  # of Python before 3.11.8, if something is parsed meanwhile
        return Config.fromfile(file)


def _ask_for_extra(file: str | Path, error: ImportError) -> None:
    needed = next((package for package in EXTRAS if package in str(error)), None)
    if needed is not None:
        why: BaseException = error
        while why.__cause__ or why.__context__:
            why = why.__cause__ or why.__context__
        raise ImportError(
            f'{file} needs {needed}, which can not be imported ({why}): '
            f"pip install 'mmuda[{needed}]'"
        ) from error


def bases(file: str | Path) -> list[Path]:
    """The files that a config inherits from directly."""
    named = Config._get_base_files(str(file))
    return [Path(Config._get_cfg_path(base, str(file))[0]) for base in named]


def every_base(file: str | Path) -> list[Path]:
    """The files that a config inherits from, directly or not, each once."""
    direct = bases(file)
    found = [*direct, *(f for base in direct for f in every_base(base))]
    return list(dict.fromkeys(Path(os.path.realpath(path)) for path in found))


def depth(file: str | Path) -> int:
    """How many times over a config inherits: 0 without ``_base_``."""
    return max((1 + depth(base) for base in bases(file)), default=0)


def sets(file: str | Path) -> set[str]:
    """The keys that a config file itself sets."""
    if Path(file).suffix != '.py':
        return set(mmengine.load(file))
    keys = set()
    for node in ast.parse(Path(file).read_text()).body:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = (name for target in targets for name in ast.walk(target))
            keys |= {name.id for name in names if isinstance(name, ast.Name)}
    return keys


def file_that_sets(key: str, file: str | Path) -> Path | None:
    """The file that a key has its value from: the config or the nearest base."""
    if key in sets(file):
        return Path(file)
    found = (file_that_sets(key, base) for base in bases(file))
    return next((path for path in found if path is not None), None)


def make_files_absolute(
    cfg: Config, keys: Iterable[str] = FILES, folder: str | Path | None = None
) -> None:
    """Let the files that a config names be found from anywhere.

    A file is named relative to the one that names it, also where another config
    inherits that. ``mmuda::...`` stays as it is.

    Args:
        cfg: The config.
        keys: Some of :data:`FILES`.
        folder: What the files are relative to instead, such as the working folder for
            those that were named on the command line.
    """
    for key in keys:
        if cfg.get(key) is None:
            continue
        where = folder
        if where is None:
            by = file_that_sets(key, cfg.filename)
            where = (by or Path(cfg.filename)).parent
        cfg[key] = absolute(cfg[key], where)


def absolute(value: object, folder: str | Path) -> object:
    """``value`` with absolute paths of configs: as a text, in a list or in a dict.

    Args:
        value: What a config says; of a dict ``config`` and ``translator`` count.
        folder: What paths are relative to.
    """
    if isinstance(value, str):
        path = os.path.normpath(Path(os.path.abspath(folder), value))
        return path if _is_path(value) else value
    if isinstance(value, (list, tuple)):
        return [absolute(item, folder) for item in value]
    for key in ('config', 'translator'):
        if isinstance(value, dict) and key in value:
            value[key] = absolute(value[key], folder)
    return value


def _is_path(value: str) -> bool:
    return '::' not in value and (value.endswith('.py') or '.py:' in value)


def merged(base: object, over: object) -> object:
    """``over`` on top of ``base``; in dicts key by key, but for ``_delete_=True``."""
    if not isinstance(over, dict):
        return over
    over = dict(over)
    if over.pop(DELETE, False) or not isinstance(base, dict):
        base = {}
    found = {key: merged(base.get(key), value) for key, value in over.items()}
    return ConfigDict({**base, **found})
