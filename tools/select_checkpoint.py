"""Choose between the checkpoints of finished runs without target labels.

python tools/select_checkpoint.py WORK_DIR WORK_DIR ...

Every checkpoint is scored by every criterion; the higher the better. With --analysis
labels of the target are read once all is chosen, and tell how good each criterion was:

python tools/select_checkpoint.py WORK_DIR ... --analysis --out selection.json
python tools/report.py WORK_DIR ... --selection selection.json

(A file select.py here would hide Python's own module of that name from all other
tools.)
"""

import argparse
from pathlib import Path

from mmuda.jobs.choices import CRITERIA, NUM_IMAGES
from mmuda.jobs.command_line import errors_in_one_line


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        'runs',
        nargs='+',
        metavar='RUN',
        help='work folder, or checkpoint in one; with @ALPHA behind for other batch '
        'statistics',
    )
    parser.add_argument(
        '--criterion', choices=CRITERIA, default='atc', help='chooses [atc]'
    )
    parser.add_argument(
        '--images',
        type=int,
        default=NUM_IMAGES,
        help=f'to look at, of each domain [{NUM_IMAGES}]',
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('work_dirs/selection.json'),
        help='file of the scores [work_dirs/selection.json]',
    )
    parser.add_argument(
        '--analysis',
        action='store_true',
        help='ORACLE: then measure all checkpoints on target labels, for the report',
    )
    args = parser.parse_args()

    from mmuda.jobs.selection import select
    from mmuda.jobs.selection_oracle import measure_checkpoints

    chosen = select(args.runs, args.out, args.criterion, args.images)
    if args.analysis:
        measure_checkpoints(args.out)
    if chosen is None:
        raise ValueError('every checkpoint has collapsed, none is chosen')
    print(chosen)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
