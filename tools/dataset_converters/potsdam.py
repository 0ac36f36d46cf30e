"""Make the data set of Potsdam from the files that ISPRS hands out.

Needed, as they are or unpacked: 3_Ortho_IRRG.zip, 5_Labels_all.zip and
5_Labels_for_participants.zip; with --eroded 5_Labels_all_noBoundary.zip and
5_Labels_for_participants_no_Boundary.zip instead of the last two.

    python tools/dataset_converters/potsdam.py RAW_FOLDER_OR_ZIPS --out data/potsdam
"""

from mmuda.jobs.command_line import errors_in_one_line
from mmuda.preparation import potsdam_scenes, prepare_city
from mmuda.preparation.command_line import converter_parser, plan_from


def main() -> None:
    """Run the command line."""
    parser = converter_parser(__doc__, 'data/potsdam')
    parser.add_argument(
        'raw', nargs='+', help='zips, or folders with them or their content'
    )
    parser.add_argument(
        '--eroded', action='store_true', help='labels without class borders'
    )
    arguments = parser.parse_args()
    with errors_in_one_line():
        scenes = potsdam_scenes(
            arguments.raw, eroded=arguments.eroded, seed=arguments.seed
        )
        name = 'potsdam-eroded' if arguments.eroded else 'potsdam'
        prepare_city(arguments.out, name, scenes, plan_from(arguments))


if __name__ == '__main__':
    main()
