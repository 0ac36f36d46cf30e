"""Put finished runs on one HTML page that needs no network."""

import argparse
from pathlib import Path

from mmuda.jobs.command_line import errors_in_one_line


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'runs',
        nargs='+',
        metavar='RUNS',
        help='folders of runs or above them, or results.json of a plan',
    )
    parser.add_argument('-o', '--out', type=Path, default=Path('report.html'))
    parser.add_argument(
        '--control', help='method that others are compared with [source-only]'
    )
    parser.add_argument(
        '--selection',
        nargs='+',
        default=[],
        metavar='FILE',
        help='scores of `mmuda select-checkpoint --analysis`, one file per pair',
    )
    args = parser.parse_args()

    from mmuda.jobs.reporting import write_report_page

    page = write_report_page(args.runs, args.out, args.control, args.selection)
    print(f'report: {page}')


if __name__ == '__main__':
    with errors_in_one_line():
        main()
