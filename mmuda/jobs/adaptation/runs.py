"""The run of a method on two prepared folders, and what it needs first."""

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from mmengine.config import Config

from mmuda.engine.checkpoint import latest_checkpoint
from mmuda.jobs.adaptation.display import Display
from mmuda.jobs.adaptation.request import BUDGETS, AdaptationRequest
from mmuda.jobs.config import load_config
from mmuda.jobs.prerequisites import SourceModel, prerequisites_of

ITERATION = re.compile(r'Iter\(train\) \[\s*(\d+)/(\d+)\]')
PREREQUISITE = re.compile(r'^(.*) (?:is|are) not there yet: mmuda ')


class MethodRun:
    """Training as commands of their own, so that all they write lies in one folder.

    Args:
        request: What was asked for.
        source: Folder of the prepared source.
        target: Folder of the prepared target.
        out: Folder that commands run in.
        options: Overrides of the config, by dotted key.

    Raises:
        FileNotFoundError: If there is no such config.
        ValueError: If it can not be trained on these folders.
    """

    def __init__(
        self,
        request: AdaptationRequest,
        source: Path,
        target: Path,
        out: Path,
        options: dict[str, str] | None = None,
    ) -> None:
        self.out, self.request = out.absolute(), request
        self.method = request.method
        if Path(self.method).is_file():
            self.method = str(Path(self.method).absolute())
        self.source, self.target = str(source.absolute()), str(target.absolute())
        self.options: dict[str, str | int] = dict(options or {})
        self.cfg = self._load()
        times = BUDGETS[request.budget] or 1
        if times > 1:
            self.options |= stretched(self.cfg, times)
            self.cfg = self._load()

    def _load(self) -> Config:
        with working_in(self.out):
            return load_config(
                self.method,
                source=self.source,
                target=self.target,
                seed=self.request.seed,
                small=self.request.budget == 'quick',
                options=self.options,
            )

    @property
    def name(self) -> str:
        """As people call it."""
        seed = self.request.seed
        method = Path(self.cfg.filename).stem.removesuffix('_a_b')
        return f'{method}, seed {seed}' if seed else method

    @property
    def words(self) -> list[str]:
        """The command that trains."""
        words = ['train', self.method, '--source', self.source, '--target', self.target]
        words += ['--seed', str(self.request.seed), '--resume']
        words += ['--small'] * (self.request.budget == 'quick')
        words += ['--amp'] * self.request.amp
        if self.options:
            words += ['--cfg-options', *(f'{k}={v}' for k, v in self.options.items())]
        return words

    @property
    def command(self) -> str:
        """The same, as it is typed."""
        return ' '.join(['mmuda', *self.words])

    @property
    def checkpoint(self) -> Path | None:
        """The last one, once the run has ended."""
        file = latest_checkpoint(self.out / self.cfg.work_dir)
        ended = file is not None and file.stem == f'iter_{self.cfg.train_cfg.max_iters}'
        return file if ended else None

    @property
    def written_config(self) -> Path:
        """What the run put down beside its checkpoints: it is read without data."""
        return self.out / self.cfg.work_dir / Path(self.cfg.filename).name

    @property
    def source_model(self) -> tuple[Path, Path] | None:
        """Config and checkpoint of the source model, if the method needs one."""
        with working_in(self.out):
            needed = prerequisites_of(self.cfg)
        for model in needed:
            if isinstance(model, SourceModel):
                checkpoint = self.out / model.checkpoint
                return checkpoint.parent / Path(model.run.filename).name, checkpoint
        return None

    def train(self, lock: int) -> None:
        """Train, if that was not done; what commands say goes to ``log.txt``.

        Args:
            lock: Descriptor from :func:`alone_in`; a training that outlives this
                process keeps it.

        Raises:
            ValueError: In the words of the command that failed.
        """
        if self.checkpoint is not None:
            return
        log = self.out / 'log.txt'
        with (
            open(log, 'a', buffering=1) as kept,
            Display() as display,
            subprocess.Popen(
                [sys.executable, '-m', 'mmuda', *self.words],
                cwd=self.out,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors='replace',
                pass_fds=[lock],
            ) as process,
        ):
            said = follow(process.stdout, kept, display, self.name)
        if process.returncode:
            raise ValueError(f'training failed: {said} (all of it: {log})')


def follow(lines: Iterable[str], log: TextIO, display: Display, name: str) -> str:
    """Show what a training says, each run by itself.

    Args:
        lines: Of its output.
        log: Where they are kept.
        display: Shows the runs.
        name: Of the training.

    Returns:
        Its error, or else its last line.
    """
    error = last = ''
    bar = display.begin(name)
    waiting = []
    for line in lines:
        log.write(line)
        last = line.strip() or last
        if line.startswith('error:'):
            error = error or line.removeprefix('error:').strip()
        elif found := PREREQUISITE.match(line):
            waiting.append(bar)
            bar = display.begin(_without_paths(found[1]))
        elif found := ITERATION.search(line):
            done, total = map(int, found.groups())
            display.update(bar, done, total)
            if done == total and waiting:
                bar = waiting.pop()
    return error or last


def _without_paths(described: str) -> str:
    return ' '.join(word for word in described.split() if '/' not in word)


@contextmanager
def alone_in(folder: Path) -> Iterator[int]:
    """Keep others from working in a folder at the same time.

    Yields:
        A descriptor: whoever holds it works here.

    Raises:
        ValueError: If another process does.
    """
    with open(folder / '.lock', 'w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ValueError(
                f'{folder}: another process is still at work here (perhaps a training '
                'that outlived the command that began it): wait for it, or stop it'
            ) from error
        yield lock.fileno()


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Let relative paths begin in ``folder`` for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def stretched(cfg: Config, times: int) -> dict[str, int]:
    """Overrides that let a schedule last several times as long.

    Iterations, the interval of validation and the bounds of all parameter schedules
    are multiplied.

    Args:
        cfg: A loaded config.
        times: How many.
    """
    options = {
        f'train_cfg.{key}': cfg.train_cfg[key] * times
        for key in ('max_iters', 'val_interval')
        if cfg.train_cfg.get(key)
    }
    for prefix, schedule in _schedules(cfg):
        for key in ('begin', 'end', 'T_max', 'total_iters'):
            if schedule.get(key):
                options[f'{prefix}.{key}'] = schedule[key] * times
    return options


def _schedules(cfg: Config) -> Iterator[tuple[str, dict]]:
    """Each parameter schedule with its key; of several optimizers, those of each."""
    found = cfg.get('param_scheduler') or []
    groups = found.items() if isinstance(found, dict) else [(None, found)]
    for name, schedules in groups:
        prefix = f'param_scheduler.{name}' if name else 'param_scheduler'
        for number, schedule in enumerate(schedules):
            yield f'{prefix}.{number}', schedule
