"""Keeping the best checkpoint of a run, by a criterion that needs no target label."""

from pathlib import Path

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmuda.engine.wrapped import innermost
from mmuda.evaluation import write_figures
from mmuda.evaluation.collecting import NUM_IMAGES
from mmuda.evaluation.criteria import (
    CRITERIA,
    OF_POOLS,
    Candidate,
    check_criterion,
    score_pool,
)
from mmuda.jobs.evidence import Evidence

KEY = 'mmuda_kept'


@HOOKS.register_module()
class KeepBestHook(Hook):
    """Judges the model every so often, and keeps the best as ``best_<criterion>.pth``.

    It looks at unlabelled target images and at what the source holds out, never at
    target labels. Scores go to ``selection_<criterion>.json`` in the work folder. They
    are part of the checkpoint: a run that was stopped and resumed keeps the same model.

    Args:
        criterion: A name in :data:`~mmuda.evaluation.criteria.CRITERIA`; not one that
            compares several runs.
        interval: Iterations between two looks; there is one after the last iteration.
        num_images: Of each domain.

    Raises:
        ValueError: If there is no such criterion.
    """

    priority = 'LOW'  # after the optimizers, before the checkpoint

    def __init__(
        self, criterion: str, interval: int = 1000, num_images: int = NUM_IMAGES
    ) -> None:
        alone = [name for name in CRITERIA if name not in OF_POOLS]
        self.criterion = check_criterion(criterion, alone)
        if interval < 1:
            raise ValueError(f'interval must be at least 1, got {interval}')
        self.interval, self.num_images = interval, num_images
        self.scores: dict[int, float] = {}

    def before_train(self, runner: Runner) -> None:
        """Find the images before training starts."""
        self.evidence = Evidence.of(runner.cfg)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: dict | None = None,
        outputs: dict | None = None,
    ) -> None:
        """Judge the model where it is time."""
        del batch_idx, data_batch, outputs
        done = runner.iter + 1
        if done % self.interval and done != runner.max_iters:
            return
        score = self._score(runner)
        is_best = all(score > earlier for earlier in self.scores.values())
        self.scores[done] = score
        runner.logger.info(f'{self.criterion} after iteration {done}: {score:.4f}')
        if runner.rank == 0:
            self._write(runner)
        if is_best and score > float('-inf'):
            self._keep(runner)

    def _score(self, runner: Runner) -> float:
        model = innermost(runner.model)
        what = dict(
            inner=self.criterion == 'dev',
            views=self.criterion in ('mixval', 'consistency'),
        )
        samples = self.evidence.of_model(model, self.num_images, **what)
        candidate = Candidate('this one', *samples)
        return score_pool([candidate], [self.criterion])[self.criterion][0]

    def _write(self, runner: Runner) -> None:
        """The scores so far; null is a model that has collapsed."""
        known = {
            str(done): score if score > float('-inf') else None
            for done, score in self.scores.items()
        }
        file = Path(runner.work_dir, f'selection_{self.criterion}.json')
        write_figures(file, {'criterion': self.criterion, 'scores': known})

    def _keep(self, runner: Runner) -> None:
        runner.save_checkpoint(
            runner.work_dir,
            f'best_{self.criterion}.pth',
            save_optimizer=False,
            save_param_scheduler=False,
            by_epoch=False,
            backend_args=dict(backend='atomic'),
        )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Put the scores into it."""
        kept = checkpoint.setdefault(KEY, {})
        kept[self.criterion] = dict(self.scores)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Go on with the scores of a run that is resumed."""
        if runner._resume:
            self.scores = dict(checkpoint.get(KEY, {}).get(self.criterion, {}))
