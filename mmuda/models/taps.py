"""Reading the output of inner layers of a segmentor."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from torch import Tensor, nn

LOGITS = 'logits'


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
def _hooks(
    segmentor: nn.Module, taps: tuple[str, ...], outputs: dict[str, Tensor]
) -> Iterator[None]:
    def remember(tap: str, output: Tensor) -> None:
        outputs[tap] = output
        if len(outputs) == len(taps):
            raise _AllTapsRead

    handles = [
        segmentor.get_submodule(tap).register_forward_hook(
            lambda _module, _args, output, tap=tap: remember(tap, output)
        )
        for tap in taps
        if tap != LOGITS
    ]
    try:
        yield
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
    outputs: dict[str, Tensor] = {}
    with _hooks(segmentor, taps, outputs):
        try:
            logits = segmentor(inputs, mode='tensor')
        except _AllTapsRead:
            return outputs
    outputs[LOGITS] = logits
    return {tap: outputs[tap] for tap in taps}
