"""What a plan would still do, and how long that may take."""

from collections.abc import Sequence

import numpy as np

from mmuda.engine.checkpoint import latest_checkpoint
from mmuda.jobs.experiments.execute import Job
from mmuda.jobs.experiments.record import seconds_per_iteration


def states_of(jobs: Sequence[Job]) -> list[tuple[Job, str, float | None]]:
    """Each job, how far it is, and the seconds of training that are left.

    An iteration is taken to last as in what is logged of runs of the same config, or
    else as in the median of all that the plan has logged. Tests, and what a run makes
    first, are not in the estimate.

    Returns:
        Seconds are None where nothing was logged yet.
    """
    paces = {job: seconds_per_iteration(job.folder) for job in jobs}
    known = {job: pace for job, pace in paces.items() if pace is not None}
    return [(job, *_state(job, known)) for job in jobs]


def _state(job: Job, known: dict[Job, float]) -> tuple[str, float | None]:
    if job.is_finished:
        return 'finished', 0.0
    last, reached = job.runs[0].cfg.train_cfg.max_iters, _reached(job)
    if reached == last:
        return 'to be tested', 0.0
    same = [
        pace
        for other, pace in known.items()
        if other.runs[0].row.config == job.runs[0].row.config
    ]
    paces = same or list(known.values())
    seconds = float(np.median(paces)) * (last - reached) if paces else None
    return f'goes on at {reached} of {last}' if reached else 'to be trained', seconds


def _reached(job: Job) -> int:
    """Iterations of its newest checkpoint."""
    checkpoint = latest_checkpoint(job.folder)
    return 0 if checkpoint is None else int(checkpoint.stem.rpartition('_')[2])


def in_words(seconds: float | None) -> str:
    """A time for people."""
    if seconds is None:
        return 'unknown'
    hours, minutes = int(seconds // 3600), int(seconds % 3600 // 60)
    return (
        f'{hours} h {minutes:02} min'
        if hours
        else f'{minutes} min {seconds % 60:.0f} s'
    )
