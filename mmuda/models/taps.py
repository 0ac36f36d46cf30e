"""Reading the output of inner layers of a segmentor."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

LOGITS = 'logits'
AUXILIARY = 'auxiliary_head'


class _AllTapsRead(Exception):  # noqa: N818
    """Raised inside the forward pass when nothing after it is wanted."""


def check_taps(segmentor: nn.Module, taps: Iterable[str]) -> None:
    """Raise ``ValueError`` if a tap names no submodule of ``segmentor``."""
    for tap in taps:
        try:
            tap == LOGITS or segmentor.get_submodule(tap)
        except AttributeError as error:
            raise ValueError(
                f'tap {tap!r} must be {LOGITS!r} or a submodule of the '
                f'{type(segmentor).__name__}: {error}'
            ) from error


@contextmanager
def record_taps(
    segmentor: nn.Module, taps: Iterable[str], *, stop_after_last: bool = False
) -> Iterator[dict[str, Tensor]]:
    """Within it, forward passes leave the outputs of ``taps`` in the dict it gives.

    Args:
        segmentor: Any MMSeg segmentor.
        taps: Dotted paths of submodules. (MMSeg's losses call the classifier of a
            head, ``decode_head.conv_seg``, but not the head as a whole.)
        stop_after_last: Whether to end a forward pass once every tap is read, by an
            exception that the caller must catch.
    """
    outputs: dict[str, Tensor] = {}
    taps = tuple(dict.fromkeys(taps))

    def remember(tap: str, output: Tensor) -> None:
        outputs[tap] = output
        if stop_after_last and len(outputs) == len(taps):
            raise _AllTapsRead

    handles = [
        segmentor.get_submodule(tap).register_forward_hook(
            lambda _module, _args, output, tap=tap: remember(tap, output)
        )
        for tap in taps
        if tap != LOGITS
    ]
    try:
        yield outputs
    finally:
        for handle in handles:
            handle.remove()


def read_taps(
    segmentor: nn.Module, inputs: Tensor, taps: Iterable[str]
) -> dict[str, Tensor]:
    """Outputs of the named submodules for ``inputs``, each tap's by its name.

    The forward pass ends as soon as the last tap is read, so that the decoder
    costs nothing (and its batch statistics stay untouched) where only features
    of the encoder are wanted.

    Args:
        segmentor: Any MMSeg segmentor.
        inputs: Preprocessed images, shape (N, bands, H, W).
        taps: Dotted paths of submodules; ``'logits'`` is the segmentor's own
            output before it is resized to the image.
    """
    taps = tuple(dict.fromkeys(taps))
    with record_taps(segmentor, taps, stop_after_last=True) as outputs:
        try:
            logits = _forward(segmentor, inputs, taps)
        except _AllTapsRead:
            return outputs
    outputs[LOGITS] = logits
    return {tap: outputs[tap] for tap in taps}


def _forward(segmentor: nn.Module, inputs: Tensor, taps: Iterable[str]) -> Tensor:
    """Logits; tapped auxiliary heads, which MMSeg runs in its loss alone, as well."""
    if not any(tap.startswith(AUXILIARY) for tap in taps):
        return segmentor(inputs, mode='tensor')
    features = segmentor.extract_feat(inputs)
    heads = segmentor.auxiliary_head
    for head in heads if isinstance(heads, nn.ModuleList) else [heads]:
        head(features)
    return segmentor.decode_head(features)


class ParametersRead:
    """Within it, notes which parameters of a model forward passes depend on.

    Those of every module that runs.

    Args:
        model: Any module.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self.parameters: set[nn.Parameter] = set()

    def _note(self, module: nn.Module, _: tuple) -> None:
        self.parameters.update(module.parameters(recurse=False))

    def __enter__(self) -> 'ParametersRead':
        self._handles = [
            module.register_forward_pre_hook(self._note)
            for module in self._model.modules()
            if next(module.parameters(recurse=False), None) is not None
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._handles:
            handle.remove()


IMAGE_SIZE = 64  # pixels; enough for a stride of 32


def bands_of(segmentor: nn.Module) -> int:
    """Bands of the images that a segmentor takes.

    Raises:
        ValueError: If it has no convolution, whose input says how many.
    """
    convolutions = (m for m in segmentor.modules() if isinstance(m, nn.Conv2d))
    first = next(convolutions, None)
    if first is None:
        raise ValueError(
            f'the bands of {type(segmentor).__name__} are unknown: it has no Conv2d'
        )
    return first.in_channels


@torch.no_grad()
def channels_of(segmentor: nn.Module, taps: Iterable[str]) -> dict[str, int]:
    """Channels of what each tap gives, found by passing a small image.

    Weights, statistics and random numbers stay as they are.

    Raises:
        ValueError: If the segmentor's bands are unknown.
    """
    training = {module: module.training for module in segmentor.modules()}
    shape = 2, bands_of(segmentor), IMAGE_SIZE, IMAGE_SIZE
    image = next(segmentor.parameters()).new_zeros(shape)
    try:
        outputs = read_taps(segmentor.eval(), image, taps)
    finally:
        for module, mode in training.items():
            module.training = mode
    return {tap: output.shape[1] for tap, output in outputs.items()}
