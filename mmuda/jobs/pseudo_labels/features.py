"""Features of the images that are being labelled."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from mmengine.config import Config
from mmseg.registry import MODELS
from torch import Tensor, nn


@contextmanager
def recorded_features(
    segmentor: nn.Module, taps: Collection[str]
) -> Iterator[Callable[[], dict[str, Tensor]]]:
    """Within it, outputs of submodules are kept of each prediction.

    Args:
        segmentor: Any MMSeg segmentor.
        taps: Dotted paths of submodules.

    Yields:
        What gives those of the last prediction, (N, D, h, w), by their paths, and
        raises ``ValueError`` if it took several passes, such as windows or scales,
        or what came out is no feature map.
    """
    outputs: dict[str, list[Tensor]] = {tap: [] for tap in taps}
    handles = [
        segmentor.get_submodule(tap).register_forward_hook(
            lambda _module, _inputs, output, kept=kept: kept.append(output)
        )
        for tap, kept in outputs.items()
    ]

    def of_last_prediction() -> dict[str, Tensor]:
        found = {tap: _only(tap, kept) for tap, kept in outputs.items()}
        for kept in outputs.values():
            kept.clear()
        return found

    try:
        yield of_last_prediction
    finally:
        for handle in handles:
            handle.remove()


def _only(tap: str, kept: list) -> Tensor:
    if len(kept) != 1:
        raise ValueError(
            f'{tap} was passed {len(kept)} times for one prediction, expected once: '
            "images must be predicted whole, test_cfg=dict(mode='whole')"
        )
    if not isinstance(kept[0], Tensor) or kept[0].ndim != 4:
        raise ValueError(f'{tap} gives no feature map: name a submodule that does')
    return kept[0]


def check_features(cfg: Config, taps: Collection[str]) -> None:
    """Refuse taps that the segmentor of a config lacks, or that windows would hide.

    Raises:
        ValueError: In one line.
    """
    if not taps:
        return
    model = MODELS.build({**cfg.model, 'data_preprocessor': None})
    segmentor = getattr(model, 'segmentor', model)
    for tap in taps:
        try:
            segmentor.get_submodule(tap)
        except AttributeError as error:
            raise ValueError(
                f'tap {tap!r} of pseudo_labels must be a submodule of the '
                f'{type(segmentor).__name__} of {cfg.filename}: {error}'
            ) from error
    if (segmentor.test_cfg or {}).get('mode') == 'slide':
        raise ValueError(
            f'{cfg.filename} predicts in windows, expected '
            f"test_cfg=dict(mode='whole') where pseudo_labels read {', '.join(taps)}"
        )
