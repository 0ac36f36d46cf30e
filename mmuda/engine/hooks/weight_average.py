"""The average of the weights over training, beside the last ones."""

from copy import copy
from pathlib import Path

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import Tensor, nn

from mmuda.engine.checkpoint import AVERAGED, checkpoints_in, save_checkpoint
from mmuda.engine.wrapped import innermost
from mmuda.models.adaptor import DomainAdaptor
from mmuda.models.normalisation import STATISTICS, blend_known

KEY = 'mmuda_average'


@HOOKS.register_module()
class WeightAverageHook(Hook):
    """Keeps an exponential moving average of a segmentor's weights.

    After iteration t = 1, 2, ...

        average <- (1 - s) * average + s * weights,
        s = max(momentum, gamma / (gamma + t - 1)),

    of the parameters and of the running mean and variance of batch normalisation, those
    of source and target apart; the schedule is mmengine's ``MomentumAnnealingEMA``. It
    follows iterations, not optimizer steps, of which an adaptor has several kinds: in
    the middle of an accumulation window the same weights count again.

    Training, validation and the regular checkpoints know nothing of it. Beside each of
    these stands ``averaged_iter_<n>.pth``, an ordinary checkpoint of the same model
    with the averaged weights and, in an adaptor, the averaged statistics mixed as
    declared; all else in it (discriminators, teachers) is as it is. It is there before
    the regular one appears and goes when that goes. A run is resumed with the average.

    Unlike mmengine's ``EMAHook`` it tells buffers apart by name, and so serves
    adaptors.

    Args:
        momentum: Weight of the newest weights in the end, in (0, 1]; the average then
            is over about 1 / momentum iterations.
        gamma: With 1 the first 1 / momentum iterations weigh the same; the larger, the
            more the later ones.

    Raises:
        ValueError: If one of them is not what is said above.
    """

    priority = 'LOW'  # before checkpoints are written, after what their meta says

    def __init__(self, momentum: float = 0.001, gamma: float = 1) -> None:
        if not 0 < momentum <= 1:
            raise ValueError(f'momentum must be in (0, 1], got {momentum}')
        if gamma <= 0:
            raise ValueError(f'gamma must be above 0, got {gamma}')
        self.momentum, self.gamma = momentum, gamma
        self.steps = 0
        self.average: dict[str, Tensor] = {}

    @torch.no_grad()
    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: object = None,
        outputs: dict | None = None,
    ) -> None:
        """Follow the weights; in the first process, which writes the checkpoints."""
        del batch_idx, data_batch, outputs
        if runner.rank != 0:
            return
        share = max(self.momentum, self.gamma / (self.gamma + self.steps))
        for name, value in what_is_averaged(innermost(runner.model)).items():
            if self.steps:
                self.average[name].lerp_(value, share)
            else:
                self.average[name] = value.detach().clone()
        self.steps += 1

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Put the average into a regular checkpoint, and write its own beside it."""
        last = Path(runner.message_hub.get_info('last_ckpt') or '')
        if not last.stem.endswith(f'_{runner.iter + 1}'):
            return  # another hook's, such as the best one so far
        average = {name: value.cpu() for name, value in self.average.items()}
        checkpoint[KEY] = dict(steps=self.steps, weights=average)
        weights = copy(checkpoint['state_dict'])  # values are the model's own
        weights.update(average)
        model = innermost(runner.model)
        if isinstance(model, DomainAdaptor):
            blend_known(weights, model.statistics.alpha, 'segmentor.')
        file = last.with_name(f'{AVERAGED}{last.name}')
        save_checkpoint(dict(meta=checkpoint['meta'], state_dict=weights), file)
        _remove_lonely(file)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Go on with the average of a run that is resumed."""
        if not runner._resume or runner.rank != 0:
            return
        if KEY not in checkpoint:
            runner.logger.warning(
                'The checkpoint was written without WeightAverageHook: the average '
                'begins here.'
            )
            return
        now = what_is_averaged(innermost(runner.model))
        self.steps = checkpoint[KEY]['steps']
        self.average = {
            name: value.to(now[name].device)
            for name, value in checkpoint[KEY]['weights'].items()
        }


def what_is_averaged(model: nn.Module) -> dict[str, Tensor]:
    """Parameters and running statistics of a segmentor, by name in the checkpoint.

    Args:
        model: A segmentor, or an adaptor: of it the segmentor's parameters and the
            statistics by domain, which the segmentor's own are mixed of.
    """
    learner, kept, prefix = model, model, ''
    if isinstance(model, DomainAdaptor):
        learner, kept, prefix = model.segmentor, model.statistics, 'segmentor'
    # With all names of what is shared: a checkpoint has them all.
    found = dict(learner.named_parameters(prefix, remove_duplicate=False))
    buffers = kept.named_buffers('statistics' if prefix else '')
    running = STATISTICS[:2]
    return found | {
        name: value for name, value in buffers if name.rpartition('.')[2] in running
    }


def _remove_lonely(written: Path) -> None:
    """Remove averaged checkpoints whose regular ones are no longer kept."""
    regular = checkpoints_in(written.parent)
    for number, file in checkpoints_in(written.parent, AVERAGED).items():
        if number not in regular and file != written:
            file.unlink()
