"""Write two made-up areas, scenes and labels, to try `mmuda adapt` on."""

import argparse
from pathlib import Path

from mmuda.jobs.command_line import errors_in_one_line


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', type=Path, required=True, help='folder')
    parser.add_argument(
        '--size-px', type=int, default=1024, help='of the scenes [%(default)s]'
    )
    args = parser.parse_args()

    from mmuda.demo.areas import write_areas

    for file in write_areas(args.out, args.size_px):
        print(file)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
