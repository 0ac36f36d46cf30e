"""Random numbers that survive being stopped and resumed."""

import random

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import Tensor, nn

from mmuda.engine.wrapped import innermost
from mmuda.models.phased import PhasedModel

SEED_KEY = 'mmuda_seed'
GRADIENTS_KEY = 'mmuda_gradients'


@HOOKS.register_module()
class ReproducibleHook(Hook):
    """Make every random number of training a function of seed, rank and iteration.

    Python, NumPy and PyTorch are seeded anew before each iteration, so that the
    seed and the iteration in a checkpoint are all random states there are, of every
    process: a run that was stopped anywhere and resumed equals one that was not,
    and validation in between changes nothing. (What is random in loading data is
    seeded by its place in the stream: ``mmuda.datasets.domain.SeededIndex``.)

    Gradients that are being accumulated (``accumulative_counts``) are part of the
    checkpoint, so that it may be written in the middle of a window. They are those of
    the first process: with several, let the checkpoint's interval be a multiple of the
    window.
    """

    priority = 'VERY_HIGH'

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Put the seed, and gradients that wait for a step, into the checkpoint."""
        checkpoint[SEED_KEY] = runner.seed
        checkpoint[GRADIENTS_KEY] = pending_gradients(innermost(runner.model))

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Go on with the gradients that waited; refuse to resume with another seed.

        Raises:
            ValueError: If the configured seed is not that of the checkpoint.
        """
        made_with = checkpoint.get(SEED_KEY)
        if runner._resume and made_with not in (None, runner.seed):
            raise ValueError(
                f'the checkpoint was trained with seed {made_with}, this run has seed '
                f'{runner.seed}: set randomness.seed={made_with} to resume it'
            )

        if runner._resume:
            restore_gradients(
                innermost(runner.model), checkpoint.get(GRADIENTS_KEY) or {}
            )

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: object = None
    ) -> None:
        """Seed the iteration."""
        del batch_idx, data_batch
        place = np.random.SeedSequence([runner.seed, runner.rank, runner.iter])
        for_python, for_numpy, for_torch = place.generate_state(3)
        random.seed(int(for_python))
        np.random.seed(int(for_numpy))
        torch.manual_seed(int(for_torch))


def pending_gradients(model: nn.Module) -> dict[str, dict[str, Tensor]]:
    """Gradients that wait for a step: by phase, and by name of the parameter.

    Those of a model without phases are below an empty name.
    """
    names = {parameter: name for name, parameter in model.named_parameters()}
    if isinstance(model, PhasedModel):
        waiting = model.gradients
    else:
        waiting = {'': {p: p.grad for p in names if p.grad is not None}}
    return {
        phase: {names[p]: gradient.detach().cpu() for p, gradient in found.items()}
        for phase, found in waiting.items()
    }


def restore_gradients(model: nn.Module, waiting: dict[str, dict[str, Tensor]]) -> None:
    """Put gradients, as :func:`pending_gradients` returned them, back into a model."""
    parameters = dict(model.named_parameters())
    for phase, found in waiting.items():
        placed = {
            parameters[name]: gradient.to(parameters[name].device)
            for name, gradient in found.items()
        }
        if isinstance(model, PhasedModel):
            model.gradients[phase] = placed
        else:
            for parameter, gradient in placed.items():
                parameter.grad = gradient
