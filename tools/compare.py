"""Train and test several configs over several seeds, and print one table.

Table 1 of SemI2I: ``tools/compare.py configs/semi2i/unet_*.py --per-class --out DIR``.
"""

import argparse
from pathlib import Path

from mmuda.jobs.command_line import errors_in_one_line
from mmuda.jobs.comparison import compare
from mmuda.jobs.config import choose_cities


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('configs', nargs='+')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0])
    parser.add_argument('--out', type=Path, required=True, help='folder of the results')
    parser.add_argument('--source', help='source city, for configs of city pairs')
    parser.add_argument('--target', help='target city, for configs of city pairs')
    parser.add_argument(
        '--demo', action='store_true', help='made-up data, small models'
    )
    parser.add_argument(
        '--per-class', action='store_true', help='IoU of each class in the table'
    )
    parser.add_argument(
        '--semsim',
        action='store_true',
        help='SemSim of the pairs in the table (analysis: reads target labels)',
    )
    args = parser.parse_args()
    choose_cities(args.source, args.target)
    switches = ['--demo'] if args.demo else []
    tables = dict(per_class=args.per_class, semsim=args.semsim)
    compare(args.configs, args.seeds, args.out, switches, **tables)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
