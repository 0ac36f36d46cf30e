"""What the command lines of ``tools/dataset_converters`` have in common."""

import argparse
from pathlib import Path

from mmuda.preparation.city import PatchPlan


def converter_parser(description: str, default_out: str) -> argparse.ArgumentParser:
    """A parser with the options of every converter."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    plan = PatchPlan()
    parser.add_argument(
        '--out', type=Path, default=default_out, help=f'folder to write ({default_out})'
    )
    for option, default, meaning in (
        ('--seed', plan.seed, 'picks the training images and patches'),
        ('--size', plan.size_px, 'height and width of a patch in pixels'),
        ('--train-images', plan.train_images, 'images to train on, the rest validates'),
        ('--patches-per-image', plan.patches_per_image, 'patches of a training image'),
    ):
        parser.add_argument(
            option, type=int, default=default, help=f'{meaning} (%(default)s)'
        )
    parser.add_argument(
        '--overlap',
        type=int,
        help='training patches in a grid, neighbours sharing so many pixels, '
        'instead of picked',
    )
    return parser


def street_parser(description: str, default_out: str) -> argparse.ArgumentParser:
    """A parser with the options of every converter of street scenes."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'raw', nargs='+', help='zips, or folders with them or their content'
    )
    parser.add_argument(
        '--out', type=Path, default=default_out, help='folder to write (%(default)s)'
    )
    parser.add_argument(
        '--copy', action='store_true', help='copy images instead of linking them'
    )
    return parser


def plan_from(arguments: argparse.Namespace) -> PatchPlan:
    """The plan that was asked for on the command line.

    Raises:
        ValueError: If a number is too small.
    """
    return PatchPlan(
        size_px=arguments.size,
        train_images=arguments.train_images,
        patches_per_image=arguments.patches_per_image,
        seed=arguments.seed,
        overlap_px=arguments.overlap,
    )
