"""Checkpoints: read without running what is in them, written whole or not at all."""

import collections
import io
import pickle
import re
import types
from pathlib import Path
from typing import IO, Any

import numpy as np
import torch
from mmengine.fileio import LocalBackend, register_backend
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn

from mmuda.files import write_atomically


def _method_of_history(owner: Any, name: str) -> Any:
    """The ``getattr`` that mmengine's log history is pickled with, for it alone."""
    if owner is not HistoryBuffer or name.startswith('_'):
        raise pickle.UnpicklingError('it holds builtins.getattr')
    return getattr(owner, name)


# What tensors, NumPy scalars and mmengine's log history are made of; calling any of
# these runs nothing from the file.
_ALLOWED = {
    ('__builtin__', 'getattr'): _method_of_history,
    ('builtins', 'getattr'): _method_of_history,
    ('collections', 'OrderedDict'): collections.OrderedDict,
    ('mmengine.logging.history_buffer', 'HistoryBuffer'): HistoryBuffer,
    ('numpy', 'ndarray'): np.ndarray,
    ('numpy', 'dtype'): np.dtype,
    ('torch', 'Size'): torch.Size,
    ('torch', 'device'): torch.device,
}
_ALLOWED_NAMES = re.compile(
    r'torch(\._utils)? _rebuild_(tensor_v2|parameter)'
    r'|torch (\w+Storage|float\d+|bfloat16|u?int\d+|bool|half|double|float|long)'
    r'|torch\.storage (Untyped|Typed)Storage'
    r'|numpy(\._core|\.core)\.multiarray (_reconstruct|scalar)'
    r'|_codecs encode'
)


# The one in Python: that in C takes the memory that a damaged file asks for, and can
# be busy with it for minutes.
class _CheckedUnpickler(pickle._Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED:
            return _ALLOWED[module, name]
        if _ALLOWED_NAMES.fullmatch(f'{module} {name}'):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f'it holds {module}.{name}')


# What torch.load expects of a ``pickle_module``.
_checked_pickle = types.ModuleType('checked_pickle')
_checked_pickle.Unpickler = _CheckedUnpickler
_checked_pickle.load = lambda file, **options: _CheckedUnpickler(file, **options).load()


def load_checked(filename: str, map_location: Any = None) -> dict:
    """Load a checkpoint that holds tensors and plain values, on any torch.

    mmengine's own loading differs by version: it fails on its own checkpoints or
    falls back to running whatever code the file holds. This is its replacement,
    registered for local files when mmuda is imported.

    Args:
        filename: The checkpoint.
        map_location: As in :func:`torch.load`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is damaged, or is no dict of tensors, NumPy values, mmengine's
            log history and Python's own plain types, or a weight is not finite.
    """
    file = Path(filename).expanduser()
    if not file.is_file():
        raise FileNotFoundError(f'checkpoint {file} does not exist')
    try:
        with open(file, 'rb') as opened:
            _refuse_programs(opened)
            content = torch.load(
                opened,
                map_location=map_location,
                pickle_module=_checked_pickle,
                weights_only=False,
            )
    except pickle.UnpicklingError as error:
        raise ValueError(
            f'checkpoint {file} is refused: {error}; expected tensors and plain values'
        ) from error
    except Exception as error:  # a broken pickle fails in any way there is
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f'checkpoint {file} is damaged: {reason}') from error
    _check_content(content, file)
    return content


def _refuse_programs(opened: IO[bytes]) -> None:
    """Refuse a TorchScript archive, whose code ``torch.load`` would run.

    What is in an archive is asked of the reader that ``torch.load`` uses: two readers
    of one zip can be made to see different files.

    Raises:
        pickle.UnpicklingError: If it is one.
    """
    if opened.read(4) == b'PK\x03\x04':
        opened.seek(0)
        names = torch._C.PyTorchFileReader(opened).get_all_records()
        if 'constants.pkl' in names or 'data.pkl' not in names:
            raise pickle.UnpicklingError('it is a TorchScript program')
    opened.seek(0)


def _check_content(content: object, file: Path) -> None:
    if not isinstance(content, dict):
        raise ValueError(
            f'checkpoint {file} holds a {type(content).__name__}, expected a dict of '
            'weights'
        )
    for name in ('state_dict', 'meta'):
        if not isinstance(content.get(name, {}), dict):
            raise ValueError(
                f'checkpoint {file} holds a {type(content[name]).__name__} as '
                f'{name}, expected a dict'
            )
    for name, value in content.get('state_dict', content).items():
        if isinstance(value, Tensor) and not _is_finite(value):
            raise ValueError(
                f'checkpoint {file} is of no use: {name} holds numbers that are not '
                'finite, its training had broken down'
            )


def _is_finite(value: Tensor) -> bool:
    # A sum is not finite if one number is not, and needs no second copy; but it can
    # also be too large.
    return bool(value.sum().isfinite()) or bool(value.isfinite().all())


# What a model is tested without: it only matters in training.
OF_TRAINING = ('objectives.', 'statistics.')


def load_strictly(
    model: nn.Module, weights: dict, checkpoint: str | Path, *, training: bool = False
) -> None:
    """Load weights into a model, all of them; mmengine leaves out what does not fit.

    Args:
        model: A model, not wrapped.
        weights: By name.
        checkpoint: Where they come from, for the error message.
        training: Whether training goes on: then nothing may be missing and nothing left
            over. An adapted segmentor is tested without its objectives.

    Raises:
        ValueError: If a weight is missing, is left over or has another shape.
    """
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    try:
        found = model.load_state_dict(dict(weights), strict=False)
    except RuntimeError as error:
        # After a headline, one line a weight.
        reason = str(error).splitlines()[1].strip()
        raise ValueError(
            f'checkpoint {checkpoint} does not fit the config: {reason}'
        ) from error
    optional = () if training else OF_TRAINING
    missing = [name for name in found.missing_keys if not name.startswith(optional)]
    if missing:
        raise ValueError(
            f'checkpoint {checkpoint} does not fit the config: it lacks {missing[0]} '
            f'of shape {shapes[missing[0]]}, and {len(missing) - 1} more'
        )
    if training and found.unexpected_keys:
        raise ValueError(
            f'checkpoint {checkpoint} does not fit the config: it has '
            f'{found.unexpected_keys[0]}, which the model lacks, and '
            f'{len(found.unexpected_keys) - 1} more'
        )


def load_weights(model: nn.Module, checkpoint: str | Path) -> None:
    """Load all weights of a model from a checkpoint file or address.

    Raises:
        ValueError: If a weight is missing or has another shape.
    """
    load_strictly(model, read_weights(checkpoint), checkpoint)


def read_weights(checkpoint: str | Path) -> dict:
    """All weights in a checkpoint file or address, by name."""
    content = CheckpointLoader.load_checkpoint(str(checkpoint), map_location='cpu')
    return content.get('state_dict', content)


def save_checkpoint(content: dict, file: str | Path) -> None:
    """Write a checkpoint, whole or not at all.

    Raises:
        OSError: If it can not be written, such as on a full disk, of which
            ``torch.save`` would tell in its own way.
    """
    packed = io.BytesIO()
    torch.save(content, packed)
    with write_atomically(file, 'wb') as out:
        out.write(packed.getbuffer())


CheckpointLoader.register_scheme(prefixes='', loader=load_checked, force=True)


class AtomicBackend(LocalBackend):
    """Local files that appear whole: ``backend_args=dict(backend='atomic')``."""

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes to a temporary name and rename."""
        Path(filepath).parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(filepath, 'wb') as out:
            out.write(obj)


register_backend('atomic', AtomicBackend, force=True)


# How the name of a checkpoint of averaged weights begins; the rest is the name of the
# regular one that it stands beside, for which it can not be mistaken.
AVERAGED = 'averaged_'


def checkpoints_in(work_dir: str | Path, prefix: str = '') -> dict[int, Path]:
    """The regular checkpoints of a run by their numbers, the newest last.

    Args:
        work_dir: Of the run.
        prefix: ``AVERAGED`` for those of averaged weights instead.
    """
    numbered = {
        int(match[1]): file
        for file in Path(work_dir).glob('*.pth')
        if (match := re.fullmatch(rf'{prefix}(?:iter|epoch)_(\d+)\.pth', file.name))
    }
    return dict(sorted(numbered.items()))


def latest_checkpoint(work_dir: str | Path) -> Path | None:
    """The newest regular checkpoint of a run, None if it has none yet.

    Found by its number, not by mmengine's ``last_checkpoint``, which is not written
    atomically; checkpoints are, so each that is there is whole.
    """
    return next(reversed(checkpoints_in(work_dir).values()), None)
