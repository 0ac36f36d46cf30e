"""Running things: hooks, optimizers, checkpoints and the work behind the tools."""

from mmuda.engine import checkpoint, hooks, loops, optim, schedules

__all__ = ['checkpoint', 'hooks', 'loops', 'optim', 'schedules']
