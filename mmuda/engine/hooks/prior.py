"""Testing with predictions corrected for the class shares of the target."""

import json
from pathlib import Path
from types import MethodType

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.structures import PixelData
from mmseg.registry import HOOKS
from torch import nn

from mmuda.engine.wrapped import innermost
from mmuda.evaluation.shares import Calibration, PriorCorrection, ShareEstimate
from mmuda.evaluation.shares.correction import STRENGTH
from mmuda.files import sha256_of


@HOOKS.register_module()
class PriorHook(Hook):
    """Corrects predictions by class shares that a diagnosis has found.

    ``tools/test.py --prior`` adds it. The diagnosis is one of the same checkpoint, and
    has found that it is class shares that differ.

    Args:
        diagnosis: ``diagnosis.json``, as ``tools/diagnose.py`` writes it.
        estimator: Whose shares: ``'mlls'``, ``'bbse'`` or ``'rlls'``.
        strength: See :class:`~mmuda.evaluation.shares.PriorCorrection`.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the diagnosis refuses a correction.
    """

    def __init__(
        self,
        diagnosis: str | Path,
        estimator: str = 'mlls',
        strength: float = STRENGTH,
    ) -> None:
        if not Path(diagnosis).is_file():
            raise FileNotFoundError(
                f'no diagnosis {diagnosis}: make it with tools/diagnose.py'
            )
        found = json.loads(Path(diagnosis).read_text())
        if not found['allows_correction']:
            raise ValueError(
                f'{diagnosis} does not allow predictions to be corrected by class '
                f'shares: {found["sentence"]}'
            )
        self.file, self.checkpoint = Path(diagnosis), found['checkpoint']
        self.correction = PriorCorrection(
            Calibration(
                found['calibration']['temperature'],
                np.array(found['calibration']['bias']),
            ),
            ShareEstimate(
                **{k: np.array(v) for k, v in found['shares'][estimator].items()}
            ).ratios,
            strength,
        )

    def before_test(self, runner: Runner) -> None:
        """Let the segmentor of the run correct what it predicts.

        Raises:
            ValueError: If the diagnosis was made with another checkpoint.
        """
        if self.checkpoint != sha256_of(runner._load_from):
            raise ValueError(
                f'{self.file} was made with another checkpoint than '
                f'{runner._load_from}: make it anew with tools/diagnose.py'
            )
        model = innermost(runner.model)
        correct_predictions(getattr(model, 'segmentor', model), self.correction)


def correct_predictions(segmentor: nn.Module, correction: PriorCorrection) -> None:
    """Let a segmentor correct its scores, and what follows from them, from now on.

    Raises:
        ValueError: If it has not one score per class.
    """
    number = len(correction.ratios)
    if segmentor.out_channels != number:
        raise ValueError(
            f'class shares are those of {number} classes, the segmentor has '
            f'{segmentor.out_channels} scores'
        )
    shift = torch.as_tensor(correction.shift, dtype=torch.float32).view(-1, 1, 1)
    temperature = correction.calibration.temperature
    predict = segmentor.postprocess_result

    def corrected(self: nn.Module, *args: object, **kwargs: object) -> list:
        del self
        samples = predict(*args, **kwargs)
        for sample in samples:
            logits = sample.seg_logits.data.float() / temperature
            logits = logits + shift.to(logits.device)
            sample.seg_logits = PixelData(data=logits)
            sample.pred_sem_seg = PixelData(data=logits.argmax(0, keepdim=True))
        return samples

    segmentor.postprocess_result = MethodType(corrected, segmentor)
