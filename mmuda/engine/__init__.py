"""Running things: hooks, optimizers, checkpoints and the work behind the tools."""

from mmuda.engine import amp, checkpoint, hooks, loops, optim, schedules

__all__ = ['amp', 'checkpoint', 'hooks', 'loops', 'optim', 'schedules']
