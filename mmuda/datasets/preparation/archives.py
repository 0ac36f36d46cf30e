"""Finding rasters by name in folders and zips, as data sets are handed out."""

import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath


def _anywhere(path: str) -> bool:
    return True


class RasterArchive:
    """TIFF files in folders (searched to the bottom) and zips, by file name.

    Args:
        sources: Folders and zips; the zips within a folder are looked into as well.

    Raises:
        FileNotFoundError: If a source does not exist.
        ValueError: If a source is neither a folder nor a zip.
    """

    def __init__(self, sources: Sequence[str | Path]) -> None:
        self.sources = [Path(source) for source in sources]
        self._paths: dict[str, list[str]] = defaultdict(list)
        self._zips_in_zips: list[str] = []
        for source in self.sources:
            for path in _rasters(source):
                self._paths[PurePosixPath(path).name].append(path)
                if path.endswith('.zip'):
                    self._zips_in_zips.append(path.removeprefix('/vsizip/'))

    def find(
        self, name: str, part_of: str, accept: Callable[[str], bool] = _anywhere
    ) -> str:
        """Path of a raster that GDAL can open.

        Args:
            name: File name.
            part_of: What the file is handed out with, for the error message.
            accept: Says of a path whether it will do, where equal names occur.

        Raises:
            FileNotFoundError: If there is none.
        """
        accepted = [path for path in self._paths[name] if accept(path)]
        if accepted:
            # Unpacked files are read faster than those in a zip.
            return min(accepted, key=lambda path: (path.startswith('/vsizip/'), path))
        where = ', '.join(map(str, self.sources))
        message = f'{name} (part of {part_of}) not found in {where}'
        if self._zips_in_zips:
            message += (
                f'; unpack {self._zips_in_zips[0]}, a zip in a zip, and try again'
            )
        raise FileNotFoundError(message)


def _rasters(source: Path) -> Iterator[str]:
    """Paths of TIFF files, and of zips within zips."""
    if source.is_dir():
        for file in sorted(source.rglob('*')):
            if file.suffix == '.zip':
                yield from _rasters(file)
            elif file.suffix == '.tif':
                yield str(file)
    elif not source.exists():
        raise FileNotFoundError(f'{source}: no such folder or zip')
    elif not zipfile.is_zipfile(source):
        raise ValueError(f'{source}: neither a folder nor a readable zip')
    else:
        with zipfile.ZipFile(source) as archive:
            for member in archive.namelist():
                if member.endswith(('.tif', '.zip')) and '__MACOSX' not in member:
                    yield f'/vsizip/{source.resolve()}/{member}'
