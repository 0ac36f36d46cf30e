"""Learning rates over time."""

from mmengine.optim.scheduler.lr_scheduler import LRSchedulerMixin
from mmengine.optim.scheduler.param_scheduler import _ParamScheduler
from mmseg.registry import PARAM_SCHEDULERS


@PARAM_SCHEDULERS.register_module()
class EpochLinearLR(LRSchedulerMixin, _ParamScheduler):
    """Constant, then smaller in every epoch, in training that counts iterations.

    Eq. 3 of Tasar et al. 2020 (SemI2I), and the schedule of CycleGAN: in the first
    ``decay_epoch`` epochs the learning rate is the optimizer's, then that times
    (num_epochs - epoch) / (num_epochs - decay_epoch), with epochs from 0; it would
    reach 0 where training ends.

    Args:
        optimizer: The optimizer or its wrapper.
        iters_per_epoch: Iterations in an epoch.
        num_epochs: Epochs of the whole training.
        decay_epoch: Epochs before the learning rate becomes smaller.
        by_epoch: Must be False, and said in the config: by mmengine's default the
            schedule would end after its first step.
        **kwargs: Those of mmengine's schedulers.

    Raises:
        ValueError: If ``by_epoch`` is set.
    """

    def __init__(
        self,
        optimizer: object,
        iters_per_epoch: int,
        num_epochs: int,
        decay_epoch: int,
        by_epoch: bool = True,
        **kwargs: object,
    ) -> None:
        if by_epoch:
            raise ValueError('EpochLinearLR counts iterations: set by_epoch=False')
        self.iters_per_epoch = iters_per_epoch
        self.num_epochs = num_epochs
        self.decay_epoch = decay_epoch
        super().__init__(optimizer, by_epoch=False, **kwargs)

    def factor(self, iteration: int) -> float:
        """What the optimizer's learning rate is multiplied by."""
        left = self.num_epochs - iteration // self.iters_per_epoch
        share = left / (self.num_epochs - self.decay_epoch)
        return min(1.0, max(0.0, share))

    def _get_value(self) -> list[float]:
        return [initial * self.factor(self.last_step) for initial in self.base_values]
