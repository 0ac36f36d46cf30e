"""Testing a model on the labelled target."""

import json
from dataclasses import dataclass
from pathlib import Path

from mmengine.config import Config

from mmuda.engine.runner import ConciseRunner
from mmuda.jobs.amp import predict_in_mixed_precision
from mmuda.jobs.augmentation import augmented_pipeline
from mmuda.jobs.diagnosis import diagnosis_of
from mmuda.jobs.prerequisites import data_of, provide
from mmuda.jobs.processes import join_processes


@dataclass(frozen=True)
class EvaluationOptions:
    """How a model is measured, and what is written.

    Args:
        alpha: Batch statistics between source (0) and target (1), instead of those that
            the config declares.
        prior: Estimator of the class shares by which predictions are corrected; None
            leaves them as they are.
        diagnosis: File of the estimates, by default that beside the checkpoint.
        tta: Whether to augment images, and take the mean.
        amp: Whether to predict in half precision.
        out: Folder for the predicted label maps.
        show_dir: Folder for pictures of the predictions.
        figures: JSON file of the figures, by default ``test.json`` of the work folder.

    Raises:
        ValueError: If shares are wanted that were estimated with other statistics.
    """

    alpha: float | None = None
    prior: str | None = None
    diagnosis: str | Path | None = None
    tta: bool = False
    amp: bool = False
    out: str | Path | None = None
    show_dir: str | Path | None = None
    figures: str | Path | None = None

    def __post_init__(self) -> None:
        if self.prior and self.alpha is not None:
            raise ValueError(
                '--prior is for the statistics that the config declares, leave out '
                '--alpha'
            )


def evaluate(cfg: Config, checkpoint: str | Path, options: EvaluationOptions) -> dict:
    """Measure a model.

    Args:
        cfg: From :func:`mmuda.jobs.config.load_config`.
        checkpoint: Of its model.
        options: How.

    Returns:
        The figures, as their JSON file holds them.

    Raises:
        ValueError: If there is nothing to be tested on, or the checkpoint does not fit.
    """
    if cfg.get('test_dataloader') is None:
        raise ValueError(
            f'{cfg.filename} has nothing to be tested on: its target has no `val`, or '
            'its model is no segmentor'
        )
    join_processes(cfg)
    provide(data_of(cfg), cfg)
    cfg.load_from = str(checkpoint)
    hooks = _hooks(checkpoint, options)
    cfg.custom_hooks = [*(cfg.get('custom_hooks') or []), *hooks]
    figures = Path(options.figures or Path(cfg.work_dir, 'test.json'))
    cfg.test_evaluator.out = str(figures)
    if options.out:
        cfg.test_evaluator.output_dir = str(options.out)
    if options.tta:
        cfg.test_dataloader.dataset.pipeline = augmented_pipeline(cfg)
        cfg.tta_model.module = cfg.model
        cfg.model = cfg.tta_model
    if options.amp:
        predict_in_mixed_precision(cfg)
    ConciseRunner.from_cfg(cfg).test()
    return json.loads(figures.read_text())


def _hooks(checkpoint: str | Path, options: EvaluationOptions) -> list[dict]:
    hooks = [dict(type='StrictLoadHook')]
    if options.alpha is not None:
        hooks.append(dict(type='AlphaHook', alpha=options.alpha))
    if options.prior:
        file = str(options.diagnosis or diagnosis_of(checkpoint))
        hooks.append(dict(type='PriorHook', diagnosis=file, estimator=options.prior))
    if options.show_dir:
        hooks.append(dict(type='OverlayHook', show_dir=str(options.show_dir)))
    return hooks
