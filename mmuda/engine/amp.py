"""Mixed precision without mmengine's optimizer wrapper: on CPUs, and in prediction.

mmengine trains in mixed precision on GPUs alone: its ``AmpOptimWrapper`` refuses to be
built without one. On a CPU there is nothing for it to do, as bfloat16 has the range of
float32 and no loss needs scaling; that networks run in bfloat16 is all there is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MethodType

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

HALF = {'cpu': torch.bfloat16, 'cuda': torch.float16}


def _all_spellings(*names: str) -> frozenset[Callable]:
    """What torch, its functional module and tensors call these operations."""
    places = torch, F, Tensor
    found = (getattr(place, name, None) for place in places for name in names)
    return frozenset(function for function in found if function is not None)


IN_FLOAT32 = _all_spellings(
    *('softmax', 'log_softmax', 'logsumexp', 'softplus', 'logsigmoid'),
    *('exp', 'expm1', 'log', 'log10', 'log2', 'log1p', 'pow', '__pow__', 'square'),
    *('sum', 'mean', 'prod', 'cumsum', 'norm', 'var', 'std', 'var_mean', 'std_mean'),
    *('cosine_similarity', 'normalize', 'interpolate'),
)
CONVOLUTIONS = _all_spellings('conv2d')


class Float32Operations(TorchFunctionMode):
    """Within it, what goes wrong in half precision is computed in float32.

    Half precision is too coarse for some operations. On GPUs autocast takes care of
    them. For CPUs its list has the losses of PyTorch, but neither softmax and logarithm
    nor sums, of which entropies, moments and most objectives are made, nor the resizing
    of logits.

    One other has wrong gradients: of a dilated depthwise convolution in bfloat16 with
    channels last, more than 28 pixels wide, a CPU returns for the weights whatever lies
    in memory that nobody wrote, now and then NaN (PyTorch 2.13).
    """

    def __torch_function__(
        self,
        function: Callable,
        types: tuple,
        args: tuple = (),
        kwargs: dict | None = None,
    ) -> object:
        """Call ``function``, on float32 if it is one of those."""
        del types
        kwargs = kwargs or {}
        if function in IN_FLOAT32:
            return _in_float32(function, args, kwargs)
        if function in CONVOLUTIONS and _is_dilated_depthwise(*args, **kwargs):
            with torch.autocast('cpu', enabled=False):
                return _in_float32(function, args, kwargs)
        return function(*args, **kwargs)


def _in_float32(function: Callable, args: tuple, kwargs: dict) -> object:
    kwargs = {name: _float32(value) for name, value in kwargs.items()}
    return function(*map(_float32, args), **kwargs)


def _is_dilated_depthwise(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | tuple = 1,
    padding: int | tuple | str = 0,
    dilation: int | tuple = 1,
    groups: int = 1,
) -> bool:
    """Whether ``conv2d``, called like this, is one, and on a CPU."""
    del bias, stride, padding
    depthwise = groups > 1 and weight.shape[1] == 1
    return depthwise and dilation not in (1, (1, 1)) and input.device.type == 'cpu'


def _float32(value: object) -> object:
    is_half = isinstance(value, Tensor) and value.dtype in HALF.values()
    return value.float() if is_half else value


@contextmanager
def mixed_precision(device: str) -> Iterator[None]:
    """Within it, convolutions and matrix products are in half precision.

    Weights stay as they are.

    Args:
        device: ``'cpu'`` for bfloat16 or ``'cuda'`` for float16.
    """
    # A cache would keep weights as they were when first cast, whatever changes them;
    # casting them again costs next to nothing.
    autocast = torch.autocast(device, HALF[device], cache_enabled=False)
    with autocast, Float32Operations():
        yield


def run_in_mixed_precision(model: nn.Module, method: str = 'forward') -> None:
    """Let a method of a model run in mixed precision from now on.

    A tensor that it returns is float32. Nothing is done to a model without weights.

    Args:
        model: On the device where it will run.
        method: Its name.

    Raises:
        ValueError: If that is neither a CPU nor a GPU of CUDA.
    """
    weight = next(model.parameters(), None)
    if weight is None:
        return
    device = weight.device.type
    if device not in HALF:
        raise ValueError(
            f'mixed precision is for {" and ".join(HALF)}, not for {device}'
        )

    def mixed(self: nn.Module, *args: object, **kwargs: object) -> object:
        with mixed_precision(device):
            return _float32(getattr(type(self), method)(self, *args, **kwargs))

    # A bound method: that of a copy of the model is bound to the copy.
    setattr(model, method, MethodType(mixed, model))


def channels_last(model: nn.Module) -> None:
    """Move weights to the memory format that convolutions in half precision like best.

    Images and features follow at the first convolution. A model must have its weights
    by then (random ones picked afterwards are others) and must not be wrapped in
    ``DistributedDataParallel`` (PyTorch then averages gradients in the wrong order, all
    but silently).
    """
    for weight in model.parameters():
        if weight.dim() == 4:
            weight.data = weight.data.contiguous(memory_format=torch.channels_last)
