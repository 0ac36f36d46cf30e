"""What ``mmuda adapt`` is asked for."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mmuda.preparation.own import HoldOut
from mmuda.preparation.own import Request as Preparation
from mmuda.preparation.own.request import (
    OF_POLYGONS,
    is_polygons,
    label_files,
    labels_of,
)
from mmuda.preparation.records import refuse_other, write_json

# How often the schedule of a method is run through; `quick` cuts models and schedules
# down to what two CPU cores do in minutes.
BUDGETS = {'quick': None, 'normal': 1, 'long': 3}
HELD_OUT = 0.2  # of the blocks of A: to see when the source model is trained enough
RECORD = 'adapt.json'


@dataclass(frozen=True)
class AdaptationRequest:
    """What to make of two areas.

    Args:
        source: Scenes of A: rasters, and folders of them.
        labels: Their labels: rasters, polygons, or folders.
        target: Scenes of B.
        method: Config file, ``mmuda::<path below configs/>``, or ``auto``; a config
            that lists a ``pool`` stands for all in it.
        budget: One of ``BUDGETS``.
        target_labels: Labels of B. They are read once all is done, for the score alone.
        seed: Of all runs, and of what is held out.
        window_px: Height and width of a sample.
        amp: Whether to train and predict in half precision.
        reading: How scenes and labels are read: further settings of
            :class:`mmuda.preparation.own.Request`, such as ``bands`` and ``classes``.

    Raises:
        ValueError: If the budget is unknown, a window has no pixel, or nothing is
            labelled.
    """

    source: tuple[Path, ...]
    labels: tuple[Path, ...]
    target: tuple[Path, ...]
    method: str
    budget: str = 'normal'
    target_labels: tuple[Path, ...] = ()
    seed: int = 0
    window_px: int = 512
    amp: bool = False
    reading: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.budget not in BUDGETS:
            raise ValueError(
                f'budget must be one of {", ".join(BUDGETS)}, got {self.budget!r}'
            )
        if self.window_px < 1:
            raise ValueError(f'window_px must be above 0, got {self.window_px}')
        if not self.labels:
            raise ValueError('labels of the source are needed, got none')

    def preparation_of_source(self) -> Preparation:
        """The labelled scenes, of which blocks are held out."""
        reading = self._reading(self.labels, self.target_labels)
        return self._preparation(self.source, self.labels, HELD_OUT, **reading)

    def preparation_of_target(self, like: Path) -> Preparation:
        """Images alone, with the bands and the resolution of the source.

        Args:
            like: Folder of the prepared source.
        """
        return self._preparation(self.target, (), 0.0, like=like, **self._bands())

    def preparation_of_target_labels(self, like: Path) -> Preparation:
        """The same scenes with labels, all of which measure."""
        reading = self._reading(self.target_labels, self.labels) | self._bands()
        return self._preparation(
            self.target, self.target_labels, 1.0, like=like, **reading
        )

    def check_target_labels(self, out: Path) -> None:
        """See that the files are there before anything is trained; none is opened.

        Raises:
            FileNotFoundError: If a scene of B has none.
            ValueError: If those of A name their classes and those of B do not.
        """
        if not self.target_labels:
            return
        of_a = labels_of(self.preparation_of_source()).values()
        of_b = labels_of(self.preparation_of_target_labels(out)).values()
        bare = [file for file in of_b if not is_polygons(file)]
        if bare and any(map(is_polygons, of_a)):
            raise ValueError(
                f'{bare[0]}: labels of B are ids, those of A polygons with names, so '
                'that nothing says which id is which class: give polygons for both'
            )

    def _reading(self, labels: Sequence[Path], others: Sequence[Path]) -> dict:
        """How labels are read; rasters leave options of polygons to the others."""
        mine, elsewhere = (
            any(map(is_polygons, label_files(files))) for files in (labels, others)
        )
        if mine or not elsewhere:
            return self.reading
        return {k: v for k, v in self.reading.items() if k not in OF_POLYGONS}

    def _bands(self) -> dict:
        # Numbers mean the same in both areas; the resolution is the source's.
        return dict(gsd_m=None, bands=self.reading.get('bands'))

    def _preparation(
        self,
        scenes: Sequence[Path],
        labels: Sequence[Path],
        held_out: float,
        **options: object,
    ) -> Preparation:
        size = self.window_px
        holdout = HoldOut(held_out, 4 * size, size // 2, self.seed)
        return Preparation(
            tuple(scenes), tuple(labels), holdout, window_px=size, **options
        )

    def settle_in(self, out: Path) -> None:
        """Keep the request in its folder.

        Raises:
            ValueError: If the folder is another request's, or a file.
        """
        said = asdict(self)
        said.pop('target_labels')  # may be had later: nothing but the score needs them
        identity = json.loads(json.dumps(said, default=str))
        method = Path(self.method)
        if method.is_file():
            identity['method_sha256'] = hashlib.sha256(method.read_bytes()).hexdigest()
        if out.exists() and not out.is_dir():
            raise ValueError(f'{out} is a file, expected a folder for the run')
        refuse_other(out, [out / RECORD], identity)
        out.mkdir(parents=True, exist_ok=True)
        write_json(out / RECORD, {'identity': identity})
