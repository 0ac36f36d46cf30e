"""Finished runs, found by their folders."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mmengine.config import Config

from mmuda.jobs.domains import names_of_domains, pair_of
from mmuda.jobs.experiments.record import RECORD, scalars_of
from mmuda.jobs.oracle import is_oracle

CONTROLS = ('source-only', 'unet source-only', 'no-adapt')
BOUND = 'target-only'


@dataclass(frozen=True, eq=False)
class Result:
    """One run, tested with one choice of batch statistics and weights.

    Args:
        folder: Of the run.
        suffix: Behind the names of its files: ``@<alpha>``, ``+averaged``, both or
            nothing.
        method: As its plan calls it, or what the config's name says of the method.
        pair: Source and target.
        seed: Of the run.
        oracle: Whether target labels were read before the test.
        size: ``demo``, ``small`` or as published.
        figures: In percent.
    """

    folder: Path
    suffix: str
    method: str
    pair: str
    seed: int
    oracle: bool
    size: str
    figures: dict

    @cached_property
    def cfg(self) -> Config:
        """The config that it was trained by, complete."""
        return _config_of(self.folder)

    @cached_property
    def scalars(self) -> list[dict]:
        """What was logged in training."""
        return scalars_of(self.folder)

    @cached_property
    def provided(self) -> Config | None:
        """The config with what training was provided with, such as its pairs."""
        return config_in_use(self.folder)

    @property
    def mapping(self) -> str | None:
        """File of the pairs that it was trained on, if training used one."""
        cfg = self.provided
        return cfg and (cfg.train_dataloader.get('sampler') or {}).get('mapping')

    @property
    def commit(self) -> str:
        """Of the repository of its config at the last start, if that is known."""
        file = self.folder / RECORD
        starts = json.loads(file.read_text())['starts'] if file.is_file() else []
        git = starts[-1]['git'] if starts else None
        if git is None:
            return '-'
        return git['commit'][:8] + (' and changes' if git['changed'] else '')


def find_results(places: Sequence[str | Path]) -> list[Result]:
    """All tests of runs in or below some folders.

    Args:
        places: Folders of runs, or above them; or ``results.json`` of a plan.

    Raises:
        FileNotFoundError: If there is no finished run.
        ValueError: If runs of one method, pair and seed are found twice.
    """
    folders: dict[Path, None] = {}
    for place in map(Path, places):
        for folder in _folders(place):
            folders[folder.resolve()] = None
    results = [result for folder in folders for result in _results_in(folder)]
    if not results:
        raise FileNotFoundError(
            f'no finished run in {", ".join(map(str, places))}: expected folders with '
            'test.json'
        )
    seen: dict[tuple, Result] = {}
    for result in results:
        key = (result.method, result.pair, result.seed, result.size)
        if key in seen:
            raise ValueError(
                f'{result.folder} and {seen[key].folder} are both {result.method}, '
                f'{result.pair}, seed {result.seed}: name one of them'
            )
        seen[key] = result
    return sorted(results, key=lambda r: (r.pair, r.method, r.seed))


def _folders(place: Path) -> list[Path]:
    if place.suffix == '.json' and place.is_file():
        return [Path(f) for f in json.loads(place.read_text())['folders']]
    return sorted({file.parent for file in place.glob('**/test*.json')})


def _results_in(folder: Path) -> list[Result]:
    named = sorted(folder.glob('test*.json'))
    tests = [file for file in named if file.stem[4:5] in ('', '@', '+')]
    if not tests or not list(folder.glob('*.py')):
        return []
    cfg = _config_of(folder)
    return [
        Result(
            folder=folder,
            suffix=file.stem.removeprefix('test'),
            method=_method(folder, cfg) + file.stem.removeprefix('test'),
            pair=pair_of(cfg),
            seed=cfg.get('randomness', {}).get('seed') or 0,
            oracle=is_oracle(cfg),
            size=cfg.get('cut_down') or 'as published',
            figures=json.loads(file.read_text()),
        )
        for file in tests
    ]


def _config_of(folder: Path) -> Config:
    """The config that a training wrote into its folder."""
    file = max(folder.glob('*.py'), key=lambda file: file.stat().st_mtime)
    return Config.fromfile(file, import_custom_modules=False)


def config_in_use(folder: Path) -> Config | None:
    """The config of a run's log, with what it was provided with; None if it is lost."""
    files = sorted(folder.glob('*/vis_data/config.py'))
    return Config.fromfile(files[0], import_custom_modules=False) if files else None


def _method(folder: Path, cfg: Config) -> str:
    """What its plan calls it, or its config's name without the domains."""
    record = folder / RECORD
    if record.is_file():
        called = json.loads(record.read_text())['method']
        if called:
            return called
    words = Path(cfg.filename).stem.split('_')
    domains = names_of_domains(cfg)
    return ' '.join(words if domains is None or len(words) < 3 else words[:-2])
