"""Files in folders and zips, by name or by the folder that they are handed out in."""

import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mmuda.files import temporary_name, write_atomically

ENCRYPTED = 1  # among the flags of a file in a zip


@dataclass(frozen=True)
class StoredFile:
    """A file in a folder, or a member of a zip.

    Args:
        path: The file, or the zip.
        member: Name within the zip, None for a file of its own.
    """

    path: Path
    member: str | None = None

    def __str__(self) -> str:
        """What GDAL opens."""
        if self.member is None:
            return str(self.path)
        return f'/vsizip/{self.path.resolve()}/{self.member}'

    def put(self, destination: Path, copy: bool = False) -> None:
        """Link the file, or copy it out of a zip and where links are not possible.

        Args:
            destination: Where it shall be; appears whole.
            copy: Copy in any case.
        """
        destination.parent.mkdir(parents=True, exist_ok=True)
        if self.member is None and not copy and _link(self.path, destination):
            return
        with write_atomically(destination, 'wb') as out:
            if self.member is None:
                with open(self.path, 'rb') as content:
                    shutil.copyfileobj(content, out)
            else:
                with zipfile.ZipFile(self.path) as archive:
                    out.write(archive.read(self.member))


def _link(path: Path, destination: Path) -> bool:
    temporary = temporary_name(destination)
    try:
        temporary.symlink_to(path.resolve())
        os.replace(temporary, destination)
    except OSError:  # not every file system has links
        return False
    return True


def _anywhere(path: str) -> bool:
    return True


class StoredFiles:
    """Whatever is in folders (searched to the bottom) and zips.

    Args:
        sources: Folders and zips; the zips within a folder are looked into as well.

    Raises:
        FileNotFoundError: If a source does not exist.
        ValueError: If a source is neither a folder nor a zip.
    """

    def __init__(self, sources: Sequence[str | Path]) -> None:
        self.sources = [Path(source) for source in sources]
        self._files: dict[PurePosixPath, list[tuple[PurePosixPath, StoredFile]]] = {}
        for source in self.sources:
            for inside, file in _contents(source):
                self._files.setdefault(inside.parent, []).append((inside, file))

    def find(
        self,
        name: str,
        part_of: str,
        accept: Callable[[str], bool] = _anywhere,
    ) -> StoredFile:
        """A file by its name.

        Args:
            name: File name.
            part_of: What the file is handed out with, for the error message.
            accept: Says of a path whether it will do, where equal names occur.

        Raises:
            FileNotFoundError: If there is none.
        """
        found = [
            file
            for inside, file in self._all()
            if inside.name == name and accept(str(file))
        ]
        if found:
            # Unpacked files are read faster than those in a zip.
            return min(found, key=lambda file: (file.member is not None, str(file)))
        where = ', '.join(map(str, self.sources))
        message = f'{name} (part of {part_of}) not found in {where}'
        nested = [str(file) for inside, file in self._all() if inside.suffix == '.zip']
        if nested:
            message += (
                f'; unpack {nested[0].removeprefix("/vsizip/")}, a zip in a zip, and '
                'try again'
            )
        raise FileNotFoundError(message)

    def _all(self) -> Iterator[tuple[PurePosixPath, StoredFile]]:
        for files in self._files.values():
            yield from files

    def within(self, folder: str, suffix: str, depth: int = 0) -> dict[str, StoredFile]:
        """Files of a folder, wherever that is, by name without the suffix.

        Args:
            folder: Last part of the folder's path, such as ``GT/LABELS``.
            suffix: How the file names end.
            depth: Number of folders, of any name, between that folder and the files.
        """
        wanted, found = PurePosixPath(folder).parts, {}
        for parent, files in self._files.items():
            parts = parent.parts[: len(parent.parts) - depth]
            if parts[-len(wanted) :] != wanted or len(parent.parts) < depth:
                continue
            for inside, file in files:
                if inside.name.endswith(suffix):
                    name = inside.name.removesuffix(suffix)
                    # Unpacked files are read faster than those in a zip.
                    if name not in found or found[name].member is not None:
                        found[name] = file
        return dict(sorted(found.items()))

    def require(
        self, folder: str, suffix: str, part_of: str, depth: int = 0
    ) -> dict[str, StoredFile]:
        """Like :meth:`within`, but there must be some.

        Raises:
            FileNotFoundError: If there is none; ``part_of`` says where they come from.
        """
        found = self.within(folder, suffix, depth)
        if not found:
            where = ', '.join(map(str, self.sources))
            raise FileNotFoundError(
                f'no file {folder}/{"*/" * depth}*{suffix} (part of {part_of}) in '
                f'{where}'
            )
        return found


def _contents(source: Path) -> Iterator[tuple[PurePosixPath, StoredFile]]:
    """Path from the source on, its own name first, and the file."""
    if source.is_dir():
        top = source.resolve().name
        for folder, folders, names in os.walk(source, followlinks=True):
            folders.sort()
            inside = PurePosixPath(top, *Path(folder).relative_to(source).parts)
            for name in sorted(names):
                file = Path(folder, name)
                if file.suffix == '.zip':
                    yield from _contents(file)
                elif not name.startswith('.'):
                    yield inside / name, StoredFile(file)
    elif not source.exists():
        raise FileNotFoundError(f'{source}: no such folder or zip')
    elif not zipfile.is_zipfile(source):
        raise ValueError(f'{source}: neither a folder nor a readable zip')
    else:
        for member in _members(source):
            yield PurePosixPath(member), StoredFile(source, member)


def _members(source: Path) -> Iterator[str]:
    """Names of the files in a zip."""
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            if entry.flag_bits & ENCRYPTED:
                raise ValueError(
                    f'{source}: {entry.filename} is encrypted; unpack the zip, and '
                    'give the folder'
                )
            if not entry.is_dir() and '__MACOSX' not in entry.filename:
                yield entry.filename
