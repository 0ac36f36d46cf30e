"""One state of buffers in all processes."""

import torch
from mmengine.dist import broadcast, is_distributed
from mmengine.hooks import CheckpointHook, Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmuda.engine.wrapped import innermost


@HOOKS.register_module()
class SameBuffersHook(Hook):
    """Gives all processes the buffers of the first, before validation and checkpoints.

    Running statistics are of what a process has seen. Without this each process would
    validate its share of the images with its own, and a checkpoint, which the first one
    writes, would be of another model than the figures. A run that is resumed begins
    with the buffers of the checkpoint in all processes; so does, behind a checkpoint,
    one that was not stopped.
    """

    priority = 'LOW'  # before checkpoints are written

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: object = None,
        outputs: dict | None = None,
    ) -> None:
        """Do it where a checkpoint is written next."""
        del batch_idx, data_batch, outputs
        if any(self._writes(hook, runner) for hook in runner.hooks):
            self.share(runner)

    def before_val_epoch(self, runner: Runner) -> None:
        """Do it before the model is measured."""
        self.share(runner)

    def _writes(self, hook: Hook, runner: Runner) -> bool:
        return isinstance(hook, CheckpointHook) and (
            hook.by_epoch
            or self.every_n_train_iters(runner, hook.interval)
            or self.is_last_train_iter(runner)
        )

    @staticmethod
    def share(runner: Runner) -> None:
        """Broadcast every buffer."""
        if is_distributed():
            # With all names of what is shared: batch normalisation may hold the
            # statistics of a domain here and a mixture in the process that has just
            # written a checkpoint, and all processes must go through the same list.
            buffers = innermost(runner.model).named_buffers(remove_duplicate=False)
            with torch.no_grad():
                for _, buffer in buffers:
                    # Gloo knows no bool.
                    is_bool = buffer.dtype == torch.bool
                    broadcast(buffer.view(torch.uint8) if is_bool else buffer)
