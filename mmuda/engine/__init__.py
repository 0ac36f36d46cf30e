"""Running things: hooks, optimizers, checkpoints and the work behind the tools."""

from mmuda.engine import checkpoint, hooks, optim

__all__ = ['checkpoint', 'hooks', 'optim']
