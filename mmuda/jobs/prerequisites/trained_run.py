"""A training run that another run needs."""

from pathlib import Path

from mmengine.config import Config

from mmuda.jobs.prerequisites.base import Prerequisite, run_command, train_words
from mmuda.jobs.prerequisites.identity import last_checkpoint, refuse_other_training


class TrainedRun(Prerequisite):
    """A training run, which is done when its last checkpoint is there.

    ``run`` and ``checkpoint`` are attributes as well.

    Args:
        run: Its config.
        checkpoint: A checkpoint in place of the last one of the run.

    Attributes:
        role: What it is to the run that needs it, for messages.
    """

    role: str
    run: Config

    def __init__(self, run: Config, checkpoint: str | None = None) -> None:
        self.run = run
        self.checkpoint = Path(checkpoint or last_checkpoint(run))

    @property
    def described(self) -> str:
        """Its role."""
        return self.role

    @property
    def words(self) -> list[str]:
        """What ``mmuda`` is given to train it, or to go on."""
        return train_words(self.run)

    def check(self) -> None:
        """Refuse a checkpoint of another training."""
        if self.is_there():
            refuse_other_training(self.checkpoint, self.run)

    def is_there(self) -> bool:
        """Whether it was trained to the end."""
        return self.checkpoint.is_file()

    def make(self) -> None:
        """Train it."""
        run_command(f'{self.role} is not there yet', self.words)
