"""Make the data set of GTA5 from the files that its authors hand out.

Needed, as they are or unpacked: 01_images.zip to 10_images.zip and 01_labels.zip to
10_labels.zip. Pairs whose sizes differ are left out and listed in skipped.csv.

    python tools/dataset_converters/gta5.py RAW_FOLDER_OR_ZIPS --out data/gta5
"""

from mmuda.jobs.command_line import errors_in_one_line
from mmuda.preparation.command_line import street_parser
from mmuda.preparation.street import gta5_pairs, prepare_street
from mmuda.preparation.street.gta5 import GTA5_LABELS


def main() -> None:
    """Run the command line."""
    parser = street_parser(__doc__, 'data/gta5')
    parser.add_argument(
        '--split',
        default='first-500',
        help='all: all images train; first-500: likewise, and 500 of them validate '
        'where this is the target; lsd: that of LSD; or split.mat (%(default)s)',
    )
    arguments = parser.parse_args()
    with errors_in_one_line():
        splits = gta5_pairs(arguments.raw, arguments.split)
        prepare_street(arguments.out, 'gta5', splits, GTA5_LABELS, copy=arguments.copy)


if __name__ == '__main__':
    main()
