"""A plan from its file to its tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from mmuda.evaluation import write_figures
from mmuda.jobs.console import table_console
from mmuda.jobs.experiments.dry_run import in_words, states_of
from mmuda.jobs.experiments.execute import (
    ANYWHERE,
    Job,
    execute,
    jobs_of,
    make_data,
    submit,
)
from mmuda.jobs.experiments.plan import Plan, read_plan
from mmuda.jobs.experiments.tables import collect, print_planned


def conduct(
    file: str | Path,
    out: Path | None = None,
    places: Sequence[Mapping[str, str]] = (ANYWHERE,),
) -> None:
    """Do what is left of a plan and print its tables.

    A run that fails is told in one line and does not stop the others. The figures go
    to ``results.json``, with the folders of the runs.

    Args:
        file: The plan; see :func:`~mmuda.jobs.experiments.plan.read_plan`.
        out: Folder of the results, by default ``work_dirs/plans/<plan>``.
        places: As :func:`~mmuda.jobs.experiments.execute.execute` takes them.

    Raises:
        ValueError: If some runs failed, once all others are done.
    """
    plan = read_plan(file)
    left, refused = _left(plan)
    failed, total = len(refused), len(left) + len(refused)
    make_data(left)
    for number, (job, error) in enumerate(execute(left, places), start=1):
        state = f'failed: {error}' if error else 'done'
        print(f'[{number}/{len(left)}] {job.name}: {state}', flush=True)  # noqa: T201
        failed += bool(error)
    _write(plan, out or Path('work_dirs/plans', plan.name), refused)
    if failed:
        raise ValueError(f'{failed} of {total} trainings failed, see above')


def _left(plan: Plan) -> tuple[list[Job], list[Job]]:
    """Jobs that are to be done, and those that can not be, or are not what is meant."""
    left, refused = [], []
    for job in jobs_of(plan.runs):
        if error := job.check():
            print(f'{job.name}: failed: {error}', flush=True)  # noqa: T201
            refused.append(job)
        elif not job.is_finished:
            left.append(job)
    return left, refused


def _write(plan: Plan, out: Path, refused: Sequence[Job]) -> None:
    """Write the figures of what is finished, and print the tables."""
    without = {run for job in refused for run in job.runs}
    runs = [run for run in plan.runs if run not in without]
    results = collect(runs)
    rows = [{'pair': p, 'method': m, **row} for (p, m), row in results.items()]
    folders = list(dict.fromkeys(str(run.folder) for run in runs))
    write_figures(out / 'results.json', {'rows': rows, 'folders': folders})
    for table in plan.tables:
        print_planned(table, results)


def submit_plan(file: str | Path, out: Path | None, slurm: dict) -> None:
    """Hand what is left of a plan to Slurm; called again later, it prints the tables.

    Raises:
        ImportError: If submitit is not installed.
    """
    plan = read_plan(file)
    out = out or Path('work_dirs/plans', plan.name)
    left, refused = _left(plan)
    make_data(left)
    for number in submit(left, out, **slurm):
        print(f'Slurm job {number}')  # noqa: T201
    _write(plan, out, refused)


def list_jobs(file: str | Path) -> None:
    """Print the runs of a plan, how far they are, and how long the rest may take."""
    states = states_of(jobs_of(read_plan(file).runs))
    table = Table('run', 'rows', 'state', 'training left')
    for job, state, seconds in states:
        rows = ', '.join(run.method for run in job.runs)
        table.add_row(str(job.folder), rows, state, in_words(seconds))
    console = table_console()
    console.print(table)
    known = [seconds for _, _, seconds in states if seconds is not None]
    finished = sum(state == 'finished' for _, state, _ in states)
    total = in_words(sum(known)) if len(known) > finished or finished else 'unknown'
    unknown = len(states) - len(known)
    more = f', {unknown} of unknown length not counted' if unknown else ''
    console.print(f'{finished} of {len(states)} finished; {total} of training{more}')
