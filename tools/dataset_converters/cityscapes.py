"""Make the data set of Cityscapes from the files that its authors hand out.

Needed, as they are or unpacked: leftImg8bit_trainvaltest.zip and
gtFine_trainvaltest.zip. As a target it needs no training labels: --unlabelled train.

    python tools/dataset_converters/cityscapes.py FOLDER_OR_ZIPS --out data/cityscapes
"""

from mmuda.jobs.command_line import errors_in_one_line
from mmuda.preparation.command_line import street_parser
from mmuda.preparation.street import cityscapes_pairs, prepare_street
from mmuda.preparation.street.cityscapes import CITYSCAPES_LABELS, SPLITS


def main() -> None:
    """Run the command line."""
    parser = street_parser(__doc__, 'data/cityscapes')
    parser.add_argument(
        '--unlabelled',
        action='append',
        default=[],
        choices=SPLITS,
        help='a split of which images alone are wanted',
    )
    arguments = parser.parse_args()
    with errors_in_one_line():
        splits = cityscapes_pairs(arguments.raw, arguments.unlabelled)
        prepare_street(
            arguments.out,
            'cityscapes',
            splits,
            CITYSCAPES_LABELS,
            unlabelled=arguments.unlabelled,
            copy=arguments.copy,
        )


if __name__ == '__main__':
    main()
