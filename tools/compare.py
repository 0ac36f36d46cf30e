"""Train and test several configs over several seeds, and print one table.

Table 1 of SemI2I: ``tools/compare.py configs/semi2i/unet_*.py --per-class --out DIR``.
A config with ``@0.3`` behind it is tested with batch statistics of which 30 % are the
target's; ``@1`` behind a source-only config is AdaBN. With ``+averaged`` behind that
the averaged weights are tested (of a config with ``WeightAverageHook``). It is trained
once for all.
"""

import argparse
from pathlib import Path

from mmuda.jobs.command_line import add_amp, add_data, data_and_size, errors_in_one_line


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('configs', nargs='+', metavar='CONFIG[@ALPHA][+averaged]')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0])
    parser.add_argument('--out', type=Path, required=True, help='folder of the results')
    add_data(parser)
    parser.add_argument(
        '--per-class', action='store_true', help='IoU of each class in the table'
    )
    parser.add_argument(
        '--semsim',
        action='store_true',
        help='SemSim of the pairs in the table (analysis: reads target labels)',
    )
    parser.add_argument(
        '--last',
        type=int,
        default=1,
        metavar='N',
        help='also test the checkpoints before the last one, N in all: their spread',
    )
    add_amp(parser)
    args = parser.parse_args()

    from mmuda.jobs.comparison import compare

    loading = dict(data_and_size(args), amp=args.amp)
    tables = dict(per_class=args.per_class, semsim=args.semsim)
    compare(args.configs, args.seeds, args.out, loading, **tables, last=args.last)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
