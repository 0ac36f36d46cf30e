"""Make the data set of SYNTHIA from the files that its authors hand out.

Needed, unpacked or zipped: RGB and GT/LABELS of SYNTHIA-RAND-CITYSCAPES.

    python tools/dataset_converters/synthia.py RAW_FOLDER --out data/synthia
"""

from mmuda.jobs.command_line import errors_in_one_line
from mmuda.preparation.command_line import street_parser
from mmuda.preparation.street import prepare_street, synthia_pairs
from mmuda.preparation.street.synthia import SYNTHIA_LABELS


def main() -> None:
    """Run the command line."""
    parser = street_parser(__doc__, 'data/synthia')
    parser.add_argument(
        '--split',
        default='first-500',
        help='all: all images train; first-500: likewise, and 500 of them validate '
        'where this is the target; lsd: that of LSD (%(default)s)',
    )
    arguments = parser.parse_args()
    with errors_in_one_line():
        splits = synthia_pairs(arguments.raw, arguments.split)
        prepare_street(
            arguments.out, 'synthia', splits, SYNTHIA_LABELS, copy=arguments.copy
        )


if __name__ == '__main__':
    main()
