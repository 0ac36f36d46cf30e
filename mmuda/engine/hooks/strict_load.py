"""Refusing checkpoints of other models, where all weights are needed."""

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmuda.engine.checkpoint import load_strictly
from mmuda.engine.wrapped import innermost


@HOOKS.register_module()
class StrictLoadHook(Hook):
    """Refuses to test or resume with weights that do not fit the model.

    mmengine says so in its log, leaves them out and goes on with random ones.
    ``tools/train.py --resume`` and ``tools/test.py`` add the hook; what training begins
    with (``load_from``) may be another model's in parts. To resume, the checkpoint must
    hold everything that trains: discriminators, teachers, optimizers.
    """

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Load the weights, all of them.

        Raises:
            ValueError: If one is missing or has another shape; or, where a run is
                resumed, one is left over or the state of the optimizers is missing.
        """
        model = innermost(runner.model)
        where = runner._load_from or runner.work_dir
        weights = checkpoint.get('state_dict', checkpoint)
        load_strictly(model, weights, where, training=runner._resume)
        if runner._resume and 'optimizer' not in checkpoint:
            raise ValueError(
                f'checkpoint {where} holds no state of optimizers: training can begin '
                'with it (load_from), not go on from it'
            )
