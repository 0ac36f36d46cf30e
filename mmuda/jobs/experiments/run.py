"""One run: a config with a seed, trained once and tested as its row says."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from mmengine.config import Config

from mmuda.jobs.config import load_config
from mmuda.jobs.experiments.kept import check_kept, kept_checkpoints
from mmuda.jobs.experiments.record import (
    has_all_metrics,
    record_start,
    write_metrics,
)
from mmuda.jobs.prerequisites.base import amp_words, words_for
from mmuda.jobs.prerequisites.identity import last_checkpoint, refuse_other_precision
from mmuda.jobs.statistics import (
    alpha_suffix,
    has_statistics,
    is_measured,
    measured_file,
    split_alpha,
)

Call = Callable[..., None]  # runs ``mmuda`` with words, raises ValueError if it fails
AVERAGED = '+averaged'


@dataclass(frozen=True)
class Row:
    """What is trained and tested.

    Args:
        config: Config file.
        alpha: Batch statistics that it is tested with; None for those it declares.
        averaged: Whether its averaged weights are tested, not the last ones.
    """

    config: str
    alpha: float | None = None
    averaged: bool = False

    @classmethod
    def of(cls, text: str) -> 'Row':
        """From ``CONFIG``, ``CONFIG@ALPHA`` or either with ``+averaged`` behind it.

        Raises:
            ValueError: If there is an @ without a number in [0, 1] behind it.
        """
        return cls(*split_alpha(text.removesuffix(AVERAGED)), text.endswith(AVERAGED))

    @property
    def suffix(self) -> str:
        """What tells it from other rows of the same config."""
        return alpha_suffix(self.alpha) + AVERAGED * self.averaged

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
        last: How many of its last checkpoints are tested. The last one counts; the
            others tell how much one differs from the next.

    Raises:
        ValueError: If ``last`` is below 1.
    """

    row: Row
    seed: int
    loading: Mapping = field(default_factory=dict)
    method: str | None = None
    variant: str = ''
    last: int = 1

    def __post_init__(self) -> None:
        if self.last < 1:
            raise ValueError(f'last must be at least 1 checkpoint, got {self.last}')

    @cached_property
    def cfg(self) -> Config:
        """Its config, loaded."""
        cfg = load_config(self.row.config, seed=self.seed, **self.loading)
        if self.variant:
            cfg.work_dir += '_' + re.sub(r'\W+', '-', self.variant)
        return cfg

    @property
    def folder(self) -> Path:
        """Where it is trained, with all rows that are other tests of that training."""
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
    def checkpoints(self) -> list[Path]:
        """Those of a trained run that are tested, the last one at the end."""
        return kept_checkpoints(self.folder, self.cfg, self.row.averaged)[-self.last :]

    @property
    def is_finished(self) -> bool:
        """Whether it was trained and tested, and its metrics tell so."""
        if not self.is_trained:
            return False
        found = self.checkpoints
        tested = all(self._figures_file_of(file).is_file() for file in found)
        return tested and len(found) == self.last and has_all_metrics(self.folder)

    @property
    def figures(self) -> dict:
        """By measure, of a finished run."""
        return json.loads(self.figures_file.read_text())

    @property
    def figures_of_last(self) -> dict[str, dict]:
        """The same of each checkpoint that is tested, by its name."""
        return {
            file.stem: json.loads(self._figures_file_of(file).read_text())
            for file in self.checkpoints
        }

    def _figures_file_of(self, checkpoint: Path) -> Path:
        """Of the last one that of the run; those of others are named after them."""
        if checkpoint.stem.endswith(f'_{self.cfg.train_cfg.max_iters}'):
            return self.figures_file
        return self.folder / f'{checkpoint.stem}_{self.figures_file.name}'

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
        check_kept(self)
        record_start(self)
        if not self.is_trained:
            call('train', *self.words, '--resume', *amp_words(self.cfg))
            check_kept(self)
        for checkpoint in self.checkpoints:
            if not self._figures_file_of(checkpoint).is_file():
                self._test(checkpoint, call)
        write_metrics(self.folder)

    def _test(self, checkpoint: Path, call: Call) -> None:
        """Measure a checkpoint; the predictions are those of the last one."""
        figures, words = self._figures_file_of(checkpoint), self.words
        tested = checkpoint
        if self.row.alpha is not None:
            tested = self._with_statistics(checkpoint, call)
            words += ['--alpha', str(self.row.alpha)]
        words += [*amp_words(self.cfg), '--json', str(figures)]
        if figures == self.figures_file:
            words += ['--out', str(self.predictions)]
        call('test', *words, str(tested))

    def _with_statistics(self, checkpoint: Path, call: Call) -> Path:
        """A checkpoint with statistics of the target: itself, or what is made of it."""
        if has_statistics(checkpoint):
            return checkpoint
        measured = measured_file(checkpoint)
        if not is_measured(self.cfg, checkpoint):
            words = [*self.words, '--out', str(measured), str(checkpoint)]
            call('target_statistics', *words)
        return measured


def _word(value: object) -> str:
    """A setting as ``--cfg-options`` takes it."""
    if isinstance(value, (list, tuple)):
        return f'[{",".join(map(_word, value))}]'
    return str(value)
