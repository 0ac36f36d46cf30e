"""What a prerequisite is, and the command that makes one."""

import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import Config

from mmuda.jobs.config import load_config, loading_of
from mmuda.jobs.inheritance import find_config, read_config_file

# What a launcher tells its processes: a command is a run of its own.
OF_LAUNCHER = ('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'MASTER_ADDR', 'MASTER_PORT')


class Prerequisite(ABC):
    """Something that a run needs before it starts.

    Attributes:
        described: What it is, for messages.
        run: Config of the run that makes it, if one does: it has needs of its own.
    """

    described: str
    run: Config | None = None

    def check(self) -> None:  # noqa: B027  # many have nothing to refuse
        """Refuse what can not be made or used, before anything is made.

        Raises:
            ValueError: In one line that says what to change.
        """

    @abstractmethod
    def is_there(self) -> bool:
        """Whether it is made."""

    @abstractmethod
    def make(self) -> None:
        """Make it."""

    def make_if_missing(self) -> None:
        """Make it unless it is there."""
        if not self.is_there():
            self.make()

    def use(self, cfg: Config) -> None:  # noqa: B027  # many are found by their place
        """Let a run use it.

        Args:
            cfg: The run's config, which is changed.

        Raises:
            ValueError: If what is there is not what the run needs.
        """


def load_needed(cfg: Config, file: str, role: str) -> Config:
    """A config that another one names, for the same data, seed and size.

    Args:
        cfg: The config that names it.
        file: Its path.
        role: The key that names it.

    Raises:
        FileNotFoundError: If there is no such config.
    """
    try:
        path = find_config(file)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f'{role} of {cfg.filename} does not exist: no config {file}'
        ) from error
    loading = loading_of(cfg)
    if read_config_file(path).get('source') is None:  # it names data sets by itself
        loading |= dict(source=None, target=None)
    return load_config(path, **loading)


def train_words(cfg: Config) -> list[str]:
    """What ``mmuda`` is given to train by a config as it was loaded, or to go on."""
    return ['train', *words_for(cfg), '--resume', *amp_words(cfg)]


def amp_words(cfg: Config) -> list[str]:
    """What a command on a model is given to compute as a config's training does."""
    return ['--amp'] if cfg.get('amp') else []


def words_for(cfg: Config) -> list[str]:
    """What a command is given with a config to load it as it was loaded."""
    words = [shown(cfg.filename), '--seed', str(cfg.randomness.seed)]
    if cfg.get('source') is not None:
        sources = [cfg.source] if isinstance(cfg.source, str) else cfg.source
        words += ['--source', *sources, '--target', cfg.target]
    return [*words, f'--{cfg.cut_down}'] if cfg.get('cut_down') else words


def shown(file: str | Path) -> str:
    """A path as one would type it: relative to the working folder if it is below."""
    path = os.path.relpath(file)
    return str(file) if path.startswith('..') else path


def run_command(reason: str, words: Sequence[str]) -> None:
    """Run ``mmuda`` with these words, after printing why.

    Raises:
        ValueError: If it fails.
    """
    print(f'{reason}: mmuda {" ".join(words)}', flush=True)  # noqa: T201
    alone = {k: v for k, v in os.environ.items() if k not in OF_LAUNCHER}
    done = subprocess.run([sys.executable, '-m', 'mmuda', *words], env=alone)
    if done.returncode:
        raise ValueError(f'`mmuda {" ".join(words)}` failed, see above')
