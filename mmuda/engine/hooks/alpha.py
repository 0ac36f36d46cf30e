"""Testing with other batch statistics than the config declares."""

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmuda.engine.wrapped import innermost
from mmuda.models.adaptor import set_alpha
from mmuda.models.normalisation import check_alpha


@HOOKS.register_module()
class AlphaHook(Hook):
    """Gives the model between source and target statistics that are asked for.

    ``tools/test.py --alpha`` adds it; nothing is trained anew.

    Args:
        alpha: 0 for the source's, 1 for the target's; see
            :mod:`mmuda.models.normalisation`.

    Raises:
        ValueError: If ``alpha`` is not in [0, 1].
    """

    priority = 'HIGH'  # before anybody loads the weights

    def __init__(self, alpha: float) -> None:
        self.alpha = check_alpha(alpha)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Put them in the place of those that were to be loaded.

        Raises:
            ValueError: If the checkpoint has none by domain.
        """
        weights = checkpoint.get('state_dict', checkpoint)
        set_alpha(innermost(runner.model), weights, self.alpha)
