"""The model that was trained on the source alone."""

from mmengine.config import Config

from mmuda.jobs.prerequisites.base import load_needed
from mmuda.jobs.prerequisites.trained_run import TrainedRun


class SourceModel(TrainedRun):
    """The last checkpoint of the config that ``source_model`` names.

    Adaptation starts from it where the config says ``warm_start``, and mappings are
    made by its predictions.

    Args:
        cfg: A config with a ``source_model``.

    Raises:
        ValueError: If there is none.
    """

    role = 'the source model'

    def __init__(self, cfg: Config) -> None:
        if cfg.get('source_model') is None:
            raise ValueError(
                f'{cfg.filename} needs a source model: name its config by '
                '`source_model`'
            )
        super().__init__(load_needed(cfg, cfg.source_model, 'source_model'))

    def use(self, cfg: Config) -> None:
        """Begin with its weights, if the config says so."""
        if cfg.get('warm_start') and not cfg.load_from:
            cfg.load_from = str(self.checkpoint)
