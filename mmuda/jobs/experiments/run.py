"""One run: a config with a seed, trained once and tested as its row says."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mmengine.config import Config

from mmuda.engine.checkpoint import latest_checkpoint, load_checked
from mmuda.jobs.config import load_config
from mmuda.jobs.experiments.record import record_start, write_metrics
from mmuda.jobs.prerequisites.base import amp_words, words_for
from mmuda.jobs.prerequisites.identity import last_checkpoint, refuse_other_precision
from mmuda.models.normalisation import check_alpha

Call = Callable[..., None]  # runs ``mmuda`` with words, raises ValueError if it fails


@dataclass(frozen=True)
class Row:
    """What is trained and tested.

    Args:
        config: Config file.
        alpha: Batch statistics that it is tested with; None for those it declares.
    """

    config: str
    alpha: float | None = None

    @classmethod
    def of(cls, text: str) -> 'Row':
        """From ``CONFIG`` or ``CONFIG@ALPHA``.

        Raises:
            ValueError: If there is an @ without a number in [0, 1] behind it.
        """
        config, at, alpha = text.partition('@')
        if not at:
            return cls(config)
        try:
            return cls(config, check_alpha(float(alpha)))
        except ValueError as error:
            raise ValueError(
                f'{text}: behind @ comes a number in [0, 1], got {alpha!r}'
            ) from error

    @property
    def suffix(self) -> str:
        """What tells it from other rows of the same config."""
        return '' if self.alpha is None else f'@{self.alpha:g}'

    @property
    def name(self) -> str:
        """As the table calls it."""
        return Path(self.config).stem + self.suffix


@dataclass(frozen=True, eq=False)
class Run:
    """A row with a seed.

    Args:
        row: What is trained and tested.
        seed: Of the run.
        loading: What else :func:`~mmuda.jobs.config.load_config` is to know, such as
            ``dict(demo=True)``; the commands are told the same.
        method: As a plan calls it; by default the row's name.
        variant: What tells it from other runs of the config in a plan, whose settings
            are the ``options`` of ``loading``. Its folder is named after it.
    """

    row: Row
    seed: int
    loading: Mapping = field(default_factory=dict)
    method: str | None = None
    variant: str = ''

    @cached_property
    def cfg(self) -> Config:
        """Its config, loaded."""
        cfg = load_config(self.row.config, seed=self.seed, **self.loading)
        if self.variant:
            cfg.work_dir += '_' + re.sub(r'\W+', '-', self.variant)
        return cfg

    @property
    def folder(self) -> Path:
        """Where it is trained, with all rows that differ in their statistics alone."""
        return Path(self.cfg.work_dir)

    @property
    def figures_file(self) -> Path:
        """What was measured."""
        return self.folder / f'test{self.row.suffix}.json'

    @property
    def predictions(self) -> Path:
        """Folder of the predicted label maps."""
        return self.folder / f'predictions{self.row.suffix}'

    @property
    def is_trained(self) -> bool:
        """Whether the last checkpoint is there."""
        return last_checkpoint(self.cfg).is_file()

    @property
    def is_finished(self) -> bool:
        """Whether it was trained and tested."""
        return self.is_trained and self.figures_file.is_file()

    @property
    def figures(self) -> dict:
        """By measure, of a finished run."""
        return json.loads(self.figures_file.read_text())

    @property
    def words(self) -> list[str]:
        """What a command is given to load the config as it was loaded."""
        config, *words = words_for(self.cfg)
        options = [
            f'{k}={_word(v)}' for k, v in self.loading.get('options', {}).items()
        ]
        if options:
            words = ['--cfg-options', *options, *words]
        if self.variant:
            words = ['--work-dir', str(self.folder), *words]
        return [config, *words]

    def check(self) -> None:
        """Refuse what was trained in another precision.

        Raises:
            ValueError: In one line that says what is there, and what is expected.
        """
        if self.is_trained:
            refuse_other_precision(last_checkpoint(self.cfg), self.cfg)

    def complete(self, call: Call) -> None:
        """Train and test, unless that was done; go on where it was stopped.

        Args:
            call: Runs ``mmuda`` with some words.

        Raises:
            ValueError: If a command fails.
        """
        if self.is_finished:
            return
        record_start(self)
        if not self.is_trained:
            call('train', *self.words, '--resume', *amp_words(self.cfg))
        if not self.figures_file.is_file():
            self._test(call)
        write_metrics(self.folder)

    def _test(self, call: Call) -> None:
        checkpoint, words = latest_checkpoint(self.folder), self.words
        if self.row.alpha is not None:
            checkpoint = _with_statistics(checkpoint, words, call)
            words += ['--alpha', str(self.row.alpha)]
        out = ['--out', str(self.predictions), '--json', str(self.figures_file)]
        call('test', *words, *amp_words(self.cfg), *out, str(checkpoint))


def _word(value: object) -> str:
    """A setting as ``--cfg-options`` takes it."""
    if isinstance(value, (list, tuple)):
        return f'[{",".join(map(_word, value))}]'
    return str(value)


def _with_statistics(checkpoint: Path, words: list[str], call: Call) -> Path:
    """A checkpoint that has statistics of the target: itself, or what is made of it."""
    if any(
        key.startswith('statistics.') for key in load_checked(checkpoint)['state_dict']
    ):
        return checkpoint
    measured = checkpoint.with_name(f'target_statistics_of_{checkpoint.name}')
    if not measured.is_file():
        call('target_statistics', *words, '--out', str(measured), str(checkpoint))
    return measured
