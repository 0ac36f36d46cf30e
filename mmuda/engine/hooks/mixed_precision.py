"""Runs in mixed precision: what ``--amp`` adds to a config."""

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmuda.engine.amp import channels_last, run_in_mixed_precision
from mmuda.engine.wrapped import innermost


@HOOKS.register_module()
class MixedPrecisionHook(Hook):
    """Trains, validates and tests in half precision.

    See :func:`mmuda.engine.amp.run_in_mixed_precision`; in one process with channels
    last as well. Losses, predictions and checkpoints are float32. It scales no losses:
    on a GPU, where half precision is float16, it is for testing; training takes
    mmengine's ``AmpOptimWrapper``.
    """

    def before_train(self, runner: Runner) -> None:
        """Prepare the model, which has its weights now."""
        model = innermost(runner.model)
        run_in_mixed_precision(model)
        if not is_model_wrapper(runner.model):
            channels_last(model)

    before_test = before_train
