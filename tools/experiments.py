"""Run all that a plan names, and print its tables.

Finished runs are not repeated, killed ones go on. ``mmuda report`` makes one page
of them.
"""

import argparse
from pathlib import Path

from mmuda.jobs.command_line import Settings, errors_in_one_line


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('plan', help='Python file, or mmuda::plans/<name>.py')
    parser.add_argument(
        '--dry-run', action='store_true', help='list the runs, with an estimate of time'
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        '--gpus', nargs='+', metavar='GPU', help='as many runs at a time, one on each'
    )
    where.add_argument(
        '--jobs',
        type=int,
        metavar='N',
        help='as many runs at a time, which share the CPU cores',
    )
    where.add_argument(
        '--slurm',
        nargs='*',
        action=Settings,
        metavar='KEY=VALUE',
        help='hand the runs to Slurm, such as slurm_partition=gpu timeout_min=600',
    )
    parser.add_argument(
        '--out', type=Path, help='folder of the results [work_dirs/plans/PLAN]'
    )
    args = parser.parse_args()

    from mmuda.jobs.experiments.conduct import conduct, list_jobs, submit_plan
    from mmuda.jobs.experiments.execute import ANYWHERE, on_cores, on_gpus

    if args.dry_run:
        list_jobs(args.plan)
    elif args.slurm is not None:
        submit_plan(args.plan, args.out, args.slurm)
    else:
        places = [ANYWHERE]
        if args.gpus:
            places = on_gpus(args.gpus)
        elif args.jobs is not None:
            places = on_cores(args.jobs)
        conduct(args.plan, args.out, places)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
