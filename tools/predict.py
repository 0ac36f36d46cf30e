"""Predict a map of a scene, or of every scene in a folder.

python tools/predict.py CONFIG CHECKPOINT --in scene.tif --out map.tif

The map is a Cloud Optimized GeoTIFF with the georeference of the scene, the colours and
the names of the classes, and nodata where the scene has none. Killed and started again,
it goes on and gives the same file.
"""

import argparse
from pathlib import Path

from mmuda.jobs.command_line import add_amp, errors_in_one_line


def parser() -> argparse.ArgumentParser:
    """The command line."""
    first, _, rest = __doc__.partition('\n')
    parser = argparse.ArgumentParser(description=first, epilog=rest.split('\n\n')[-1])
    add = parser.add_argument
    add('config', help='that of the run (WORK_DIR/*.py needs no data), or of MMSeg')
    add('checkpoint')
    add(
        '--in',
        dest='images',
        type=Path,
        required=True,
        metavar='SCENE',
        help='raster, mosaic (VRT), or folder of rasters',
    )
    add('--out', type=Path, required=True, help='GeoTIFF of the map; of a folder, one')
    add('--tile', type=int, help='side of a window [what was trained on, >= 256]')
    add('--overlap', type=int, help='pixels that windows share [a quarter of one]')
    add('--margin', type=int, default=0, help='border of a window without a say [0]')
    add('--batch', type=int, default=4, help='windows at once [4]')
    add('--tta', action='store_true', help='mean over eight rotations and reflections')
    add(
        '--alpha',
        type=float,
        help='batch statistics between source (0) and target (1)',
    )
    add('--bands', nargs='+', help='names or numbers from 1 [as in training]')
    add('--confidence', action='store_true', help='MAP_confidence.tif as well')
    add('--probabilities', action='store_true', help='MAP_probabilities.tif as well')
    add('--polygons', type=Path, metavar='GPKG', help='areas of the map as polygons')
    add('--sieve', type=int, default=0, metavar='PX', help='no smaller polygons')
    add(
        '--simplify',
        type=float,
        default=0.0,
        metavar='UNITS',
        help='tolerance of the borders of polygons, in units of the georeference',
    )
    add('--processes', type=int, default=1, help='that share a scene [1]')
    add('--device', help='cpu or cuda:<number> [a GPU, if there is one]')
    add_amp(parser)
    return parser


def main() -> None:
    """Run the command."""
    args = parser().parse_args()

    from mmuda.jobs.prediction import Model, Request, predict_scenes
    from mmuda.jobs.prediction.bands import parsed

    model = Model(
        args.config, args.checkpoint, args.alpha, args.amp, args.tta, args.device
    )
    request = Request(
        tile=args.tile,
        overlap=args.overlap,
        margin=args.margin,
        batch=args.batch,
        bands=parsed(args.bands),
        confidence=args.confidence,
        probabilities=args.probabilities,
        polygons=args.polygons,
        sieve=args.sieve,
        simplify=args.simplify,
        processes=args.processes,
    )
    for file in predict_scenes(model, args.images, args.out, request).files:
        print(file)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
