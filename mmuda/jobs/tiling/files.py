"""The rasters that a command is given."""

from pathlib import Path

SUFFIXES = ('.tif', '.tiff', '.png', '.jpg', '.jpeg', '.jp2', '.img', '.vrt')


def images_in(path: Path) -> list[Path]:
    """A raster, or all rasters of a folder in order.

    Raises:
        FileNotFoundError: If there is none.
    """
    if path.is_file():
        return [path]
    files = [f for f in sorted(path.glob('*')) if f.suffix.lower() in SUFFIXES]
    if not files:
        raise FileNotFoundError(
            f'{path}: no image, expected a raster or a folder of {" ".join(SUFFIXES)}'
        )
    return files
