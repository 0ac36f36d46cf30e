"""The mapping that says which images meet in a mini-batch."""

import hashlib
import json
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from mmengine.config import Config

from mmuda.files import sha256_of
from mmuda.jobs.domains import names_of_domains
from mmuda.jobs.oracle import is_oracle
from mmuda.jobs.pairing.options import DECIDING, PairingOptions
from mmuda.jobs.pairing.strategies import NEED_MODEL, ORACLES
from mmuda.jobs.prerequisites.base import (
    Prerequisite,
    amp_words,
    run_command,
    words_for,
)
from mmuda.jobs.prerequisites.identity import what_trains
from mmuda.jobs.prerequisites.source_model import SourceModel
from mmuda.jobs.statistics import alpha_for_run
from mmuda.pairing import Mapping


def has_mapping(cfg: Config) -> bool:
    """Whether a config pairs by a strategy; without one partners are random."""
    sampler = cfg.train_dataloader.get('sampler') or {}
    strategy = (cfg.get('pairing') or {}).get('strategy')
    return sampler.get('type') == 'PairedSampler' and strategy is not None


def with_declared_alpha(
    options: PairingOptions, strategy: str, cfg: Config
) -> PairingOptions:
    """Options with the batch statistics that a source model predicts the target with.

    Those that the config declares for what it trains, unless the options say others.
    """
    decides = 'alpha' in DECIDING.get(strategy, ())
    if not decides or options.alpha is not None or cfg.get('source_model') is None:
        return options
    return replace(options, alpha=alpha_for_run(SourceModel(cfg).run, cfg))


class MappingFile(Prerequisite):
    """The mapping that ``pairing`` of a config describes.

    It lies where the sampler's ``mapping`` says, or else below ``work_dirs/mappings``,
    named after data sets, strategy and options, with eight digits that stand for all
    that it depends on: these, the data, the seed and the weights of the source model.

    Args:
        cfg: A config with ``pairing``.
        strategy: In place of that of ``pairing``.
    """

    def __init__(self, cfg: Config, strategy: str | None = None) -> None:
        self.cfg = cfg
        self.strategy = strategy or cfg.pairing.strategy
        self._given = None if strategy else cfg.train_dataloader.sampler.get('mapping')
        self._model = SourceModel(cfg) if self.strategy in NEED_MODEL else None

    @property
    def described(self) -> str:
        """Strategy and place."""
        return f'the {self.strategy} mapping {self.file}'

    @property
    def needs_model(self) -> bool:
        """Whether it is made by the predictions of a source model."""
        return self._model is not None

    @cached_property
    def _options(self) -> PairingOptions:
        options = PairingOptions.of(self.cfg.pairing)
        return with_declared_alpha(options, self.strategy, self.cfg)

    @property
    def _identity(self) -> dict:
        """What its manifest must say. The weights of the source model must be there."""
        identity = dict(
            strategy=self.strategy,
            options=self._options.deciding(self.strategy),
            seed=self.cfg.randomness.seed,
        )
        if self._model is not None:
            identity['checkpoint_sha256'] = sha256_of(self._model.checkpoint)
        return json.loads(json.dumps(identity))  # as the manifest is read

    @property
    def file(self) -> Path:
        """Where it is, or will be. The source model must be there."""
        if self._given is not None:
            return Path(self._given)
        data = what_trains(self.cfg)['train_dataloader']['dataset']
        content = {**self._identity, 'data': data}
        if self.strategy in ORACLES:
            content['labels'] = self.cfg.pairing.get('target_labels')
        text = json.dumps(content, sort_keys=True, default=repr)
        options = self._options.deciding(self.strategy)
        words = [
            *(names_of_domains(self.cfg) or [Path(self.cfg.filename).stem]),
            self.strategy,
            *(f'{name.replace("_", "-")}-{value}' for name, value in options.items()),
            hashlib.sha256(text.encode()).hexdigest()[:8],
        ]
        folder = Path('work_dirs', self.cfg.get('cut_down') or '', 'mappings')
        return folder / f'{"_".join(words)}.csv'

    def check(self) -> None:
        """Refuse an unknown strategy, or what it lacks.

        Raises:
            ValueError: Likewise, or if a mapping that the config names by its path is
                another one.
        """
        if self.strategy not in DECIDING:
            raise ValueError(
                f'pairing.strategy must be one of {", ".join(DECIDING)}, got '
                f'{self.strategy!r}'
            )
        options = self._options
        if self.strategy == 'feature_mmd' and options.tap is None:
            raise ValueError(
                'feature_mmd needs a layer: name it by pairing.tap of the config'
            )
        if self._model is not None and not self._model.is_there():
            return
        if self._given is not None and self.is_there():
            self._verify()

    def _verify(self) -> None:
        found = Mapping.load(self.file).manifest
        for key, expected in self._identity.items():
            if found.get(key) != expected:
                raise ValueError(
                    f'mapping {self.file} was made with {key} {found.get(key)!r}, '
                    f'this run has {expected!r}: make it again with tools/pair.py, or '
                    'set pairing=None to use it as it is'
                )

    def is_there(self) -> bool:
        """Whether it was computed."""
        return self.file.is_file()

    def make(self) -> None:
        """Compute it."""
        words = ['pair', *words_for(self.cfg), '--strategy', self.strategy]
        words += ['--out', str(self.file)]
        if self._model is not None:
            words += ['--checkpoint', str(self._model.checkpoint), *amp_words(self.cfg)]
        for name, value in self._options.deciding(self.strategy).items():
            flag = 'mmd' if name == 'estimator' else name.replace('_', '-')
            words += [f'--{flag}', str(value)]
        shuffled = self.cfg.pairing.get('ground_truth')
        if self.strategy == 'shuffled_ground_truth' and shuffled:
            words += ['--cfg-options', f'pairing.ground_truth={shuffled}']
        run_command(f'mapping {self.file} is not there yet', words)

    def use(self, cfg: Config) -> None:
        """Pair by it, and carry on whether it was made by target labels."""
        self._verify()
        cfg.train_dataloader.sampler.mapping = str(self.file)
        cfg.oracle = is_oracle(cfg)


class ShuffledMapping(MappingFile):
    """The Ground Truth mapping that ``shuffled_ground_truth`` shuffles."""

    def __init__(self, cfg: Config) -> None:
        super().__init__(cfg, 'ground_truth')
        self._given = cfg.pairing.get('ground_truth')

    def use(self, cfg: Config) -> None:
        """Shuffle it."""
        cfg.pairing.ground_truth = str(self.file)
