"""The model that was trained on the source alone."""

from mmengine.config import Config

from mmuda.jobs.prerequisites.base import (
    Prerequisite,
    load_needed,
    run_command,
    train_words,
)
from mmuda.jobs.prerequisites.identity import last_checkpoint, refuse_other_training


class SourceModel(Prerequisite):
    """The last checkpoint of the config that ``source_model`` names.

    Adaptation starts from it where the config says ``warm_start``, and mappings are
    made by its predictions.

    Args:
        cfg: A config with a ``source_model``.

    Raises:
        ValueError: If there is none.
    """

    described = 'the source model'

    def __init__(self, cfg: Config) -> None:
        if cfg.get('source_model') is None:
            raise ValueError(
                f'{cfg.filename} needs a source model: name its config by '
                '`source_model`'
            )
        self.run = load_needed(cfg, cfg.source_model, 'source_model')
        self.checkpoint = last_checkpoint(self.run)

    def check(self) -> None:
        """Refuse a checkpoint of another training."""
        if self.is_there():
            refuse_other_training(self.checkpoint, self.run)

    def is_there(self) -> bool:
        """Whether it was trained to the end."""
        return self.checkpoint.is_file()

    def make(self) -> None:
        """Train it."""
        run_command('the source model is not there yet', train_words(self.run))

    def use(self, cfg: Config) -> None:
        """Begin with its weights, if the config says so."""
        if cfg.get('warm_start') and not cfg.load_from:
            cfg.load_from = str(self.checkpoint)
