"""Random numbers that survive being stopped and resumed."""

import random

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

SEED_KEY = 'mmuda_seed'


@HOOKS.register_module()
class ReproducibleHook(Hook):
    """Make every random number of training a function of seed, rank and iteration.

    Python, NumPy and PyTorch are seeded anew before each iteration, so that the
    seed and the iteration in a checkpoint are all random states there are, of every
    process: a run that was stopped anywhere and resumed equals one that was not,
    and validation in between changes nothing. (What is random in loading data is
    seeded by its place in the stream: ``mmuda.datasets.domain.SeededIndex``.)
    """

    priority = 'VERY_HIGH'

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Put the seed into the checkpoint."""
        checkpoint[SEED_KEY] = runner.seed

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Refuse to resume with another seed.

        Raises:
            ValueError: If the configured seed is not that of the checkpoint.
        """
        made_with = checkpoint.get(SEED_KEY)
        if runner._resume and made_with not in (None, runner.seed):
            raise ValueError(
                f'the checkpoint was trained with seed {made_with}, this run has seed '
                f'{runner.seed}: set randomness.seed={made_with} to resume it'
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
