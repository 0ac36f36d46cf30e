"""Stopping where training has broken down."""

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stops as soon as a loss is seen that is infinite or not a number.

    The weights are then lost for good. Going on would only fill the log, and the next
    checkpoint would take the place of a good one; those already written stay.

    Args:
        interval: Iterations between two looks, each of which waits for the device. The
            last iteration, and those that checkpoints are written after if their
            interval is a multiple of this one, are looked at as well.
    """

    priority = 'NORMAL'  # before checkpoints are written

    def __init__(self, interval: int = 50) -> None:
        self.interval = interval

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: object = None,
        outputs: dict | None = None,
    ) -> None:
        """Look at the losses of the iteration.

        Raises:
            ValueError: If one is not finite.
        """
        del batch_idx, data_batch
        done = runner.iter + 1
        if done % self.interval and done != runner.max_iters:
            return
        for name, value in (outputs or {}).items():
            loss = torch.as_tensor(value).detach()
            if not loss.isfinite().all():
                raise ValueError(
                    f'{name} is {float(loss)} after iteration {done}: training has '
                    'broken down. Try a lower learning rate or clip gradients '
                    f'(clip_grad); older checkpoints are in {runner.work_dir}'
                )
