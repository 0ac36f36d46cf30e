"""What is an error of the user's, and the one line that says it."""

import difflib
import lzma
import re
import traceback
import zipfile
from collections.abc import Iterable

from mmseg import registry as registries

from mmuda.files import FULL, no_space

# What input or installation can be mended by whoever typed the command.
MENDABLE = (ValueError, OSError, ImportError, zipfile.BadZipFile, lzma.LZMAError)
FROM_WORKER = re.compile(r'Caught \w+ in (DataLoader worker|pin memory thread)')
# How layers, of PyTorch and of MMSeg, say that an image has not the size they need.
SIZE = re.compile(
    r"input image size .* should be divisible|Kernel size can't be greater|"
    r'Output size is too small|Padding size should be less'
)
UNREGISTERED = re.compile(
    r'(?P<name>[\w.]+) is not in the (\w+::)?(?P<kind>.+?) registry'
)
BAD_ARGUMENT = re.compile(
    r'(?P<owner>\w+)(\.__init__)?\(\) got an unexpected keyword argument '
    r"'(?P<name>\w+)'"
)


def told(error: Exception) -> str | None:
    """What the user is told of an error, in one line; None if it is a bug of mmuda.

    The user's are those of :data:`MENDABLE`, wherever they are raised, also in a
    process that loads data, and what a config makes of types and arguments: a type that
    no registry has, an argument that a class does not take or lacks, a value that its
    constructor refuses; and images whose size its layers refuse.
    """
    if FROM_WORKER.match(str(error)):
        return _of_worker(str(error), isinstance(error, MENDABLE))
    if isinstance(error, OSError) and error.errno in FULL:
        if error.filename is None:
            return 'no space is left on a disk that is written to'
        return in_one_line(no_space(error.filename))
    if isinstance(error, MENDABLE):
        return in_one_line(error)
    if isinstance(error, KeyError) and (found := UNREGISTERED.search(str(error))):
        return unknown_type(found['name'])
    if isinstance(error, (RuntimeError, AssertionError)) and SIZE.search(str(error)):
        return f'images have a size that the network can not take: {in_one_line(error)}'
    if isinstance(error, (TypeError, AssertionError)) and _is_of_config(error):
        return _of_constructor(error)
    return None


def in_one_line(error: BaseException) -> str:
    """The message of an error without line breaks; its type if it has none."""
    return ' '.join(str(error).split()) or type(error).__name__


def _of_worker(message: str, mendable: bool) -> str | None:
    """The message of the error that was raised in a worker, without its traceback."""
    lines = message.splitlines()
    raised = [
        n for n, line in enumerate(lines) if re.match(r'[\w.]+(Error|Exception)', line)
    ]
    if not mendable or not raised:
        return None
    said = ' '.join(lines[raised[-1] :])
    return ' '.join(said.partition(': ')[2].split()) or said


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like ``name``, None if none is."""
    known = list(known)
    folded = {other.lower(): other for other in known}
    found = difflib.get_close_matches(name.lower(), folded, 1, cutoff=0.75)
    return folded[found[0]] if found else None


def registered_names() -> set[str]:
    """Names of everything that a config can name by a ``type``."""
    names = set()
    for registry in vars(registries).values():
        while hasattr(registry, 'module_dict'):
            registry.import_from_location()
            names.update(registry.module_dict)
            registry = registry.parent
    return names


def unknown_type(name: str) -> str:
    """What to say of a type that is not registered."""
    similar = closest(name, registered_names())
    advice = (
        f'did you mean {similar!r}?'
        if similar
        else 'name the module that registers it in `custom_imports`'
    )
    return f'type {name!r} is unknown, {advice}'


def _is_of_config(error: Exception) -> bool:
    """Whether a constructor that a config chose was called, and refused."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[-1].name in ('__init__', 'wrapper'):
        frames.pop()
    return bool(frames) and frames[-1].name in ('build_from_cfg', 'build_dataloader')


def _of_constructor(error: Exception) -> str:
    found = BAD_ARGUMENT.search(str(error))
    if found is None:
        return f'the config is refused: {in_one_line(error)}'
    return f'{found["owner"]} does not take {found["name"]!r}'
