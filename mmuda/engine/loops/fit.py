"""One pass over the images of both domains, for models that are fitted."""

from collections.abc import Iterator

from mmengine.dataset import pseudo_collate
from mmengine.optim import OptimWrapper
from mmengine.runner import BaseLoop, Runner
from mmseg.registry import LOOPS, OPTIM_WRAPPER_CONSTRUCTORS
from rich.progress import track
from torch import nn
from torch.utils.data import DataLoader

from mmuda.engine.optim import PhasedOptimWrapperDict


@LOOPS.register_module()
class FitLoop(BaseLoop):
    """Shows a model every training image once, in ``max_iters`` equal steps.

    Images come in the order of the dataset, not in that of a sampler. A step is to
    the hooks what an iteration is, so that checkpoints are written and named as
    usual and a fit that was stopped goes on behind its last one.

    Args:
        runner: The runner.
        dataloader: Its dataset, batch size and workers are used.
        max_iters: Number of steps that the pass is made in.
    """

    def __init__(
        self, runner: Runner, dataloader: DataLoader | dict, max_iters: int = 1
    ) -> None:
        super().__init__(runner, dataloader)
        self.max_iters, self.max_epochs = max_iters, 1
        self._iter = self._epoch = 0  # set by the runner when it resumes
        self.stop_training = False

    @property
    def iter(self) -> int:
        """Steps done."""
        return self._iter

    @property
    def epoch(self) -> int:
        """0: the pass is one."""
        return self._epoch

    def run(self) -> nn.Module:
        """Make the pass.

        Raises:
            ValueError: If the checkpoint that is resumed was fitted in more steps.
        """
        if self._iter > self.max_iters:
            raise ValueError(
                f'the checkpoint in {self.runner.work_dir} has made {self._iter} '
                f'steps, expected at most max_iters={self.max_iters}'
            )
        self.runner.call_hook('before_train')
        self.runner.call_hook('before_train_epoch')
        self.runner.model.train()
        batches = self._batches(self._iter)
        while self._iter < self.max_iters and not self.stop_training:
            at = dict(batch_idx=self._iter)
            self.runner.call_hook('before_train_iter', data_batch=None, **at)
            for batch in batches(self._iter):
                self.runner.model.train_step(batch, self.runner.optim_wrapper)
            self.runner.call_hook('after_train_iter', data_batch=None, outputs={}, **at)
            self._iter += 1
        self.runner.call_hook('after_train_epoch')
        self.runner.call_hook('after_train')
        return self.runner.model

    def _batches(self, first: int):  # noqa: ANN202
        """The mini-batches of a step, by its number; steps are asked for in order."""
        size = self.dataloader.batch_size
        length = len(self.dataloader.dataset)
        every = [list(range(i, min(i + size, length))) for i in range(0, length, size)]
        ends = [len(every) * step // self.max_iters for step in range(self.max_iters)]
        ends.append(len(every))
        loader = DataLoader(
            self.dataloader.dataset,
            batch_sampler=every[ends[first] :],
            num_workers=self.dataloader.num_workers,
            collate_fn=pseudo_collate,
        )
        stream = iter(track(loader, 'images of both domains'))

        def of_step(step: int) -> Iterator[dict]:
            for _ in range(ends[step + 1] - ends[step]):
                yield next(stream)

        return of_step


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class NoOptimizer:
    """What mmengine's runner asks for where there is nothing to optimize.

    In a config: ``optim_wrapper = dict(constructor='NoOptimizer')``.

    Args:
        optim_wrapper_cfg: Ignored.
        paramwise_cfg: Ignored.
    """

    def __init__(
        self, optim_wrapper_cfg: dict, paramwise_cfg: dict | None = None
    ) -> None:
        del optim_wrapper_cfg, paramwise_cfg

    def __call__(self, model: nn.Module) -> OptimWrapper:
        """An optimizer of nothing."""
        del model
        return PhasedOptimWrapperDict()
