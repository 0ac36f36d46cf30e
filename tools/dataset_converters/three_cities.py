"""Make the data set of Hannover, Buxtehude or Nienburg (3Cities, not public).

Needed in one folder: *_col.tif, *_ir.tif and ground_truth.geojson.xz of the city.

    python tools/dataset_converters/three_cities.py hannover RAW_FOLDER
"""

from pathlib import Path

from mmuda.jobs.command_line import errors_in_one_line
from mmuda.preparation import prepare_city, three_city_scenes
from mmuda.preparation.command_line import converter_parser, plan_from
from mmuda.preparation.three_cities import LOWER_LEFT


def main() -> None:
    """Run the command line."""
    parser = converter_parser(__doc__, 'data/CITY')
    parser.add_argument('city', choices=LOWER_LEFT)
    parser.add_argument(
        'raw', type=Path, help='folder with the three files of the city'
    )
    parser.set_defaults(out=None)
    arguments = parser.parse_args()
    out = arguments.out or Path('data') / arguments.city
    with errors_in_one_line():
        scenes = three_city_scenes(arguments.raw, arguments.city)
        prepare_city(out, arguments.city, scenes, plan_from(arguments))


if __name__ == '__main__':
    main()
