"""Make a data set from scenes and labels of one's own.

The folder it writes is a data set for every config:
``train.py CONFIG --source DIR --target OTHER_DIR``.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mmuda.jobs.command_line import errors_in_one_line

if TYPE_CHECKING:
    from mmuda.preparation.own import Request

WINDOW_PX = 512


def parser() -> argparse.ArgumentParser:
    """The command's options."""
    found = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    _add_files(found)
    _add_pixels(found)
    _add_classes(found)
    _add_holdout(found)
    return found


def _add_files(found: argparse.ArgumentParser) -> None:
    found.add_argument(
        '--scenes',
        nargs='+',
        type=Path,
        required=True,
        metavar='FILE',
        help='rasters (GeoTIFF, VRT, PNG, ...) or folders of them',
    )
    found.add_argument(
        '--labels',
        nargs='+',
        type=Path,
        default=[],
        metavar='FILE',
        help='rasters of class ids named as their scenes (A.tif, A_labels.tif), or '
        'polygons (GeoPackage, GeoJSON, Shapefile); leave out for an unlabelled target',
    )
    found.add_argument('--out', type=Path, required=True, help='folder')
    found.add_argument(
        '--like',
        type=Path,
        metavar='DIR',
        help='prepared folder whose bands, resolution, size and classes are taken over',
    )


def _add_pixels(found: argparse.ArgumentParser) -> None:
    found.add_argument(
        '--bands',
        nargs='+',
        metavar='BAND',
        help='names or numbers from 1 of the bands to take; nir=4 names band 4',
    )
    found.add_argument(
        '--gsd', type=float, metavar='M', help="metres per pixel [the scenes' own]"
    )
    found.add_argument(
        '--image-gsd',
        type=float,
        metavar='M',
        help='metres per pixel of scenes without georeference',
    )
    found.add_argument('--window-px', type=int, help=f'size of a sample [{WINDOW_PX}]')
    found.add_argument(
        '--max-nodata',
        type=float,
        default=0.5,
        metavar='SHARE',
        help='share of a sample that may be no valid image [%(default)s]',
    )


def _add_classes(found: argparse.ArgumentParser) -> None:
    found.add_argument(
        '--classes',
        nargs='+',
        metavar='NAME',
        help='names of the ids 0, 1, 2, ... in labels (255 is ignored)',
    )
    found.add_argument(
        '--values',
        nargs='+',
        metavar='ID=NAME',
        help='what ids, or values of the attribute, are, such as 255=road 9=ignore',
    )
    found.add_argument('--taxonomy', help="name or YAML file of the labels' taxonomy")
    found.add_argument('--mapping', help='name or YAML file of a mapping from it')
    found.add_argument('--attribute', help='of polygons, that holds the class')
    found.add_argument('--layer', help='of a file of polygons')
    found.add_argument(
        '--background', metavar='NAME', help='class where no polygon lies [ignored]'
    )


def _add_holdout(found: argparse.ArgumentParser) -> None:
    found.add_argument(
        '--holdout',
        type=float,
        metavar='SHARE',
        help='share of the labelled area, in blocks, that is measured on instead of '
        'trained on [0.2]; 1: all labels measure, none teaches',
    )
    found.add_argument('--block-px', type=int, help='size of a block [four samples]')
    found.add_argument(
        '--margin-px',
        type=int,
        help='unused between held-out blocks and their neighbours [half a sample]',
    )
    found.add_argument('--seed', type=int, default=0, help='draws the blocks')


def request_of(args: argparse.Namespace) -> 'Request':
    """What the options ask for."""
    from mmuda.datasets.prepared import read_manifest
    from mmuda.preparation.own import HoldOut, Request

    size = WINDOW_PX if args.window_px is None else args.window_px
    if args.like and args.window_px is None:
        size = read_manifest(args.like)['identity']['window_px']
    holdout = HoldOut(
        0.2 if args.holdout is None else args.holdout,
        4 * size if args.block_px is None else args.block_px,
        size // 2 if args.margin_px is None else args.margin_px,
        args.seed,
    )
    return Request(
        tuple(args.scenes),
        tuple(args.labels),
        holdout,
        bands=args.bands and tuple(args.bands),
        gsd_m=args.gsd,
        image_gsd_m=args.image_gsd,
        like=args.like,
        window_px=size,
        max_nodata=args.max_nodata,
        classes=args.classes and tuple(args.classes),
        values=args.values and tuple(args.values),
        taxonomy=args.taxonomy,
        mapping=args.mapping,
        attribute=args.attribute,
        layer=args.layer,
        background=args.background,
    )


def main() -> None:
    """Run the command."""
    args = parser().parse_args()

    from mmuda.preparation.own import prepare_own

    prepare_own(request_of(args), args.out)


if __name__ == '__main__':
    with errors_in_one_line():
        main()
