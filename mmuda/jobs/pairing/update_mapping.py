"""Pairs that follow the model in training."""

from dataclasses import replace
from pathlib import Path

from mmengine.dist import barrier
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmuda.jobs.pairing.make import make_mapping
from mmuda.jobs.pairing.options import PairingOptions
from mmuda.pairing import Mapping


@HOOKS.register_module()
class UpdateMappingHook(Hook):
    """Compute the mapping anew every few epochs, by the model as it is then.

    Beyond the SemSim paper, whose mapping is that of the source model throughout: as
    the model adapts, its predictions of the target get better, and pairs with them.
    Mappings go to ``<work_dir>/mappings/iter_<n>.csv``; a resumed run goes on with the
    one that it would have had.

    Args:
        epochs: Passes over the source images (its subset, if there is one) between two
            mappings.
        strategy: See :func:`mmuda.jobs.pairing.make_mapping`.
        **options: Those of :class:`~mmuda.jobs.pairing.PairingOptions`; the device is
            the model's.

    Raises:
        ValueError: If ``epochs`` is not positive, or the sampler does not pair.
    """

    priority = 'LOW'  # after the optimizers, before the checkpoint

    def __init__(
        self, epochs: int = 1, strategy: str = 'approximation', **options: object
    ) -> None:
        if epochs < 1:
            raise ValueError(f'epochs must be at least 1, got {epochs}')
        self.epochs, self.strategy = epochs, strategy
        self.options = PairingOptions(**options)

    def interval(self, runner: Runner) -> int:
        """Iterations between two mappings."""
        loader = runner.train_dataloader
        if not hasattr(loader.sampler, 'use'):
            raise ValueError(
                'UpdateMappingHook needs a PairedSampler, got '
                f'{type(loader.sampler).__name__}'
            )
        pairs = loader.batch_size // 2 * runner.world_size
        images = len(loader.sampler.candidates('source'))
        return max(1, self.epochs * images // pairs)

    def before_train(self, runner: Runner) -> None:
        """Resume with the mapping that was in use.

        Raises:
            ValueError: If it is of another strategy.
        """
        every = self.interval(runner)
        made_at = runner.iter // every * every
        if made_at > 0:
            file = self._file(runner, made_at)
            found = Mapping.load(file).manifest['strategy']
            if found != self.strategy:
                raise ValueError(
                    f'{file} was made by the strategy {found}, this run has '
                    f'{self.strategy}: train it anew, in another work folder'
                )
            self._use(runner, file, begin_at=0)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Compute a mapping where one is due."""
        del batch_idx, data_batch, outputs
        done = runner.iter + 1
        if done % self.interval(runner) == 0 and done < runner.max_iters:
            file = self._file(runner, done)
            self._compute(runner, file)
            images = done * runner.train_dataloader.batch_size
            self._use(runner, file, begin_at=images)

    @staticmethod
    def _file(runner: Runner, done: int) -> Path:
        return Path(runner.work_dir, 'mappings', f'iter_{done}.csv')

    def _compute(self, runner: Runner, file: Path) -> None:
        """Write the mapping that the model of all processes gives."""
        model = runner.model
        model = model.module if is_model_wrapper(model) else model
        options = replace(self.options, device=str(next(model.parameters()).device))
        mode = {module: module.training for module in model.modules()}
        mapping = make_mapping(runner.cfg, self.strategy, options, model=model)
        for module, training in mode.items():
            module.training = training
        if runner.rank == 0:
            mapping.save(file)
        barrier()
        runner.logger.info(f'{file}: {mapping.described}')

    @staticmethod
    def _use(runner: Runner, file: Path, begin_at: int) -> None:
        """Pair by ``file``; what was loaded ahead by the mapping before is dropped.

        Args:
            runner: The runner.
            file: A mapping.
            begin_at: Images of this process's stream that have been trained on.
        """
        loop = runner.train_loop
        sampler = loop.dataloader.sampler
        sampler.use(str(file))
        sampler.begin_at(begin_at)
        loop.dataloader_iterator = type(loop.dataloader_iterator)(loop.dataloader)
