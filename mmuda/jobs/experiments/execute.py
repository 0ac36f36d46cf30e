"""Running the runs of a plan: one after another, several at a time, or by Slurm."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType
from typing import IO

import torch
from mmengine.config import Config

from mmuda.jobs.experiments.kept import check_kept
from mmuda.jobs.experiments.run import Run
from mmuda.jobs.prerequisites import check_all, data_of, prerequisites_of, provide
from mmuda.jobs.prerequisites.base import OF_LAUNCHER

LOG = 'console.log'
ANYWHERE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Job:
    """Runs of one folder, which share a training.

    Args:
        runs: At least one.
    """

    runs: Sequence[Run]

    @property
    def folder(self) -> Path:
        """Where they are trained."""
        return self.runs[0].folder

    @property
    def name(self) -> str:
        """Its folder's."""
        return self.folder.name

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""
        return all(run.is_finished for run in self.runs)

    def check(self) -> str | None:
        """What is wrong with its config, what that needs, keeps or has, if anything.

        What is finished needs nothing any more.
        """
        try:
            self.runs[0].check()
            if self.is_finished:
                return None
            check_all(self.runs[0].cfg)
            for run in self.runs:
                check_kept(run)
        except (ValueError, OSError, ImportError) as error:
            return ' '.join(str(error).split())

    def do(self, place: Mapping[str, str] = ANYWHERE) -> str | None:
        """Do what is left, in processes of its own; what they say goes to a log.

        Args:
            place: What the environment of the processes says of where they run.

        Returns:
            Why it failed, in one line; None if it did not.
        """
        try:
            with _locked(self.folder) as (log, lock):
                for run in self.runs:
                    run.complete(lambda *words: _call(words, log, lock, place))
        except (ValueError, OSError) as error:
            return ' '.join(str(error).split())


def jobs_of(runs: Sequence[Run]) -> list[Job]:
    """One job per folder, in the order of the runs."""
    folders: dict[Path, list[Run]] = {}
    for run in runs:
        folders.setdefault(run.folder, []).append(run)
    return [Job(runs) for runs in folders.values()]


def stages_of(jobs: Sequence[Job]) -> list[list[Job]]:
    """Jobs such that none needs another one of the same or of a later stage.

    Runs that two jobs need, such as source models and translators, are made before
    them if the plan has them; else the first that needs one makes it, the others, of
    the same pair and seed, in later stages.
    """
    needs = {job: _needed_folders(job.runs[0].cfg) for job in jobs}
    own = {str(job.folder): job for job in jobs}

    def depth(job: Job) -> int:
        return 1 + max((depth(own[f]) for f in needs[job] if f in own), default=-1)

    stages: dict[int, list[Job]] = {}
    made: dict[str, int] = {}
    for job in sorted(jobs, key=depth):
        missing = [f for f in needs[job] if f not in own]
        stage = max([depth(job), *(made[f] + 1 for f in missing if f in made)])
        for folder in missing:
            made.setdefault(folder, stage)
        stages.setdefault(stage, []).append(job)
    return [stages[number] for number in sorted(stages)]


def _needed_folders(cfg: Config) -> set[str]:
    """Folders of the runs that training by a config needs and that are not done."""
    folders = set()
    for needed in prerequisites_of(cfg):
        if needed.run is not None and not needed.is_there():
            folders |= {needed.run.work_dir, *_needed_folders(needed.run)}
    return folders


def on_gpus(gpus: Sequence[str]) -> list[Mapping[str, str]]:
    """A place on each GPU."""
    return [{'CUDA_VISIBLE_DEVICES': gpu} for gpu in gpus]


def on_cores(number: int) -> list[Mapping[str, str]]:
    """Places that share the threads that PyTorch takes here.

    Raises:
        ValueError: If there is to be none.
    """
    if number < 1:
        raise ValueError(f'--jobs must be at least 1, got {number}')
    threads = max(torch.get_num_threads() // number, 1)
    return [{'OMP_NUM_THREADS': f'{threads}'}] * number


def execute(
    jobs: Sequence[Job], places: Sequence[Mapping[str, str]] = (ANYWHERE,)
) -> Iterator[tuple[Job, str | None]]:
    """Do jobs, as many at a time as there are places.

    Args:
        jobs: Finished ones are left out before.
        places: What the environment of the processes says of where they run.

    Yields:
        Each job when it is over, and why it failed, or None.
    """
    failed: set[str] = set()
    free: SimpleQueue = SimpleQueue()
    for place in places:
        free.put(place)

    def do(job: Job) -> str | None:
        if broken := failed & _needed_folders(job.runs[0].cfg):
            return f'needs {sorted(broken)[0]}, which failed'
        place = free.get()
        try:
            return job.do(place)
        finally:
            free.put(place)

    with ThreadPoolExecutor(len(places)) as pool:
        for stage in stages_of(jobs):
            for job, error in zip(stage, pool.map(do, stage), strict=True):
                if error:
                    failed.add(str(job.folder))
                yield job, error


def submit(jobs: Sequence[Job], folder: Path, **slurm: object) -> list[str]:
    """Hand jobs to Slurm: an array per stage, each after the one before.

    Args:
        jobs: What is left to do.
        folder: For what Slurm and submitit write.
        **slurm: As submitit's ``update_parameters`` takes it, such as
            ``slurm_partition`` or ``timeout_min``.

    Returns:
        Numbers of the Slurm jobs.

    Raises:
        ImportError: If submitit is not installed.
    """
    try:
        import submitit
    except ImportError as error:
        raise ImportError(
            '--slurm needs submitit: pip install mmuda[cluster]'
        ) from error
    numbers: list[str] = []
    for stage in stages_of(jobs):
        executor = submitit.AutoExecutor(folder=str(folder / 'slurm'), cluster='slurm')
        after = {}
        if numbers:
            ids = ':'.join(n.partition('_')[0] for n in numbers[-1:])
            after = {'slurm_additional_parameters': {'dependency': f'afterany:{ids}'}}
        executor.update_parameters(**slurm, **after)
        numbers += [job.job_id for job in executor.map_array(Job.do, stage)]
    return numbers


def make_data(jobs: Sequence[Job]) -> None:
    """Make the data of ``--demo``, before several processes want to."""
    for job in jobs:
        provide(data_of(job.runs[0].cfg), job.runs[0].cfg)


@contextmanager
def _locked(folder: Path) -> Iterator[tuple[IO, int]]:
    """The log of a folder, while no other process works there.

    The lock is inherited by the processes that do the work: should they outlive this
    one, it still holds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / LOG, 'a') as log, open(folder / '.lock', 'w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ValueError(f'another process is at work in {folder}') from error
        yield log, lock.fileno()


def _call(words: Sequence[str], log: IO, lock: int, place: Mapping[str, str]) -> None:
    """Run ``mmuda``; raises a ValueError with what it said last if it fails."""
    inherited = {k: v for k, v in os.environ.items() if k not in OF_LAUNCHER}
    environment = inherited | dict(place)
    log.write(f'mmuda {" ".join(words)}\n')
    log.flush()
    done = subprocess.run(
        [sys.executable, '-m', 'mmuda', *words],
        stdout=log,
        stderr=subprocess.STDOUT,
        env=environment,
        pass_fds=[lock],
    )
    if done.returncode:
        raise ValueError(f'{_last_words(Path(log.name))} (see {log.name})')


def _last_words(log: Path) -> str:
    """The last error that a log tells, or else its last line."""
    lines = [line for line in log.read_text(errors='replace').splitlines() if line]
    errors = [line for line in lines if line.startswith('error: ')]
    return (errors or lines or ['it said nothing'])[-1].removeprefix('error: ')
