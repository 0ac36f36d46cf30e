"""Which OpenMMLab distribution is installed, and the few repairs that it needs.

Two distributions share the import names ``mmseg``, ``mmengine`` and ``mmcv``:
OpenMMLab's own and the maintained ``onedl-*`` forks. mmuda runs on both and calls
only what both have; what differs or is broken is put right here and nowhere else.
"""

import functools
import importlib
import os
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib.metadata import PackageNotFoundError, version
from io import StringIO
from pathlib import Path

from mmuda.cli import VERBOSE

STACKS = {
    'onedl': ('onedl-mmsegmentation', 'onedl-mmengine', 'onedl-mmcv'),
    'openmmlab': ('mmsegmentation', 'mmengine', 'mmcv'),
}


def installed_distributions() -> set[str]:
    """Names of all OpenMMLab distributions, of either stack, found installed."""
    found = set()
    for name in (name for names in STACKS.values() for name in names):
        try:
            version(name)
        except PackageNotFoundError:
            continue
        found.add(name)
    return found


def choose_stack(found: set[str]) -> str:
    """Key of :data:`STACKS` whose distributions are exactly those installed.

    Args:
        found: Distribution names, as :func:`installed_distributions` returns them.

    Raises:
        ImportError: If none is complete, or distributions of both are mixed.
    """
    for stack, names in STACKS.items():
        if found == set(names):
            return stack
    what = ', '.join(sorted(found)) or 'nothing'
    advice = (
        "run `pip install 'mmuda[onedl]'` in a fresh environment"
        if len(found) > 3 or not found
        else 'install the missing ones of `onedl-mmsegmentation onedl-mmengine '
        'onedl-mmcv` and remove the others'
    )
    raise ImportError(
        f'mmuda needs one complete OpenMMLab stack (onedl or openmmlab), found '
        f'{what}: {advice}'
    )


def _check_import(module: str, advice: str) -> None:
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f'cannot import {module} ({error}): {advice}') from error


def _let_configs_inherit(stack: str) -> None:
    """Make ``mmseg::`` and ``mmuda::`` known to mmengine's config inheritance.

    mmengine looks packages up in a fixed table, shared by reference between its
    config, registry and inference modules; on onedl it names the wrong
    distribution, and it knows no third package at all.
    """
    from mmengine.config import config
    from mmengine.config.utils import MODULE2PACKAGE

    MODULE2PACKAGE['mmseg'] = STACKS[stack][0]
    MODULE2PACKAGE['mmuda'] = 'mmuda'

    # That of mmengine 0.10.7 looks for an editable install in site-packages.
    find = config.get_installed_path
    if not isinstance(find, functools.partial):
        config.get_installed_path = functools.partial(_installed_path, find)
    # mmengine reads every metafile of the package before it looks for the file itself:
    # half a second for each config that inherits from MMSeg.
    look_up = config._get_external_cfg_path
    if not isinstance(look_up, functools.partial):
        config._get_external_cfg_path = functools.partial(_shipped_config, look_up)


def _installed_path(find: Callable[[str], str], package: str) -> str:
    return str(Path(__file__).parent) if package == 'mmuda' else find(package)


def _shipped_config(
    look_up: Callable[[str, str], str], package_path: str, config: str
) -> str:
    shipped = Path(package_path, '.mim', 'configs', config)
    return str(shipped) if shipped.is_file() else look_up(package_path, config)


def _import_quietly() -> None:
    """Import MMSeg without what it says of optional parts that are not there."""
    # Recorded, not filtered: what is imported sets filters of its own.
    with redirect_stdout(StringIO()), warnings.catch_warnings(record=True):
        for name in ('mmseg.datasets', 'mmseg.models'):
            importlib.import_module(name)


def prepare() -> str:
    """Check and repair the installed stack; returns its name.

    Raises:
        ImportError: One line that says what is missing and what to install.
    """
    stack = choose_stack(installed_distributions())
    _check_import(
        'cv2',
        'on a machine without libGL put `opencv-python-headless` of the same '
        'version in the place of `opencv-python` (`make setup` does it)',
    )
    if stack == 'openmmlab':
        _check_import(
            'pkg_resources', "mmengine 0.10.7 needs it: pip install 'setuptools<81'"
        )
    if not os.environ.get(VERBOSE):
        _import_quietly()
    _let_configs_inherit(stack)
    return stack
