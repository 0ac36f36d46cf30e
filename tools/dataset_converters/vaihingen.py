"""Make the data set of Vaihingen from the files that ISPRS hands out.

Needed, as they are or unpacked: ISPRS_semantic_labeling_Vaihingen.zip; with --eroded
ISPRS_semantic_labeling_Vaihingen_ground_truth_eroded_COMPLETE.zip as well.

    python tools/dataset_converters/vaihingen.py RAW_FOLDER_OR_ZIPS --out data/vaihingen
"""

from mmuda.jobs.command_line import errors_in_one_line
from mmuda.preparation import prepare_city, vaihingen_scenes
from mmuda.preparation.command_line import converter_parser, plan_from


def main() -> None:
    """Run the command line."""
    parser = converter_parser(__doc__, 'data/vaihingen')
    parser.add_argument(
        'raw', nargs='+', help='zips, or folders with them or their content'
    )
    parser.add_argument(
        '--eroded', action='store_true', help='labels without class borders'
    )
    arguments = parser.parse_args()
    with errors_in_one_line():
        scenes = vaihingen_scenes(arguments.raw, eroded=arguments.eroded)
        name = 'vaihingen-eroded' if arguments.eroded else 'vaihingen'
        prepare_city(arguments.out, name, scenes, plan_from(arguments))


if __name__ == '__main__':
    main()
