"""Pseudo labels of the target, and the model that makes them: rounds of self-training.

``pseudo_labels`` of a config says how: ``strategy`` and its options, ``config``, the
model of the first round (the ``source_model`` by default), and ``weights``, whether a
round is to ``restart`` from where the config starts anyway (the default) or to
``continue`` with those of the model that made the labels.

``rounds``, by default 1, says which round the run of the config is: the labels of the
second are made by the run of the same config with ``rounds=1``, and so on. Each round
is an ordinary run in a work folder of its own.

``statistics=dict(alpha=...)`` says which batch statistics the labels are made with. By
default a model predicts with those that it declares, a plain segmentor with those that
the adaptor of this config declares: the target's are measured first.

``folder`` in place of all that names labels that are there already, such as those of
``mmuda pseudo-label``.
"""

from dataclasses import replace
from functools import cached_property
from pathlib import Path

from mmengine.config import Config, ConfigDict
from mmseg.registry import DATASETS

from mmuda.files import read_json
from mmuda.jobs.config import load_config, loading_of
from mmuda.jobs.data_sets import is_image_loader
from mmuda.jobs.nodes import dicts
from mmuda.jobs.prerequisites.base import Prerequisite, load_needed
from mmuda.jobs.prerequisites.target_shares import balanced
from mmuda.jobs.prerequisites.trained_run import TrainedRun
from mmuda.jobs.pseudo_labels import (
    FOLDER,
    LABELS,
    LabellingJob,
    make_pseudo_labels,
)
from mmuda.jobs.pseudo_labels.options import OF_THE_RUN
from mmuda.jobs.pseudo_labels.rectification import rectifiers_of
from mmuda.jobs.statistics import alpha_for_run
from mmuda.jobs.translation.jobs import MANIFEST, begin
from mmuda.jobs.translation.source import image_folder
from mmuda.pairing import ImageSet

WEIGHTS = ('restart', 'continue')
LEARNS = 'PseudoLabelSupervision'


class LabellingModel(TrainedRun):
    """The model that labels the target for a run: that of the round before.

    Args:
        cfg: A config with ``pseudo_labels``.

    Raises:
        ValueError: If there is no such round, or no model for the first.
    """

    role = 'the model that labels the target'

    def __init__(self, cfg: Config) -> None:
        self.round = cfg.get('rounds', 1)
        if not isinstance(self.round, int) or self.round < 1:
            raise ValueError(f'rounds must be a number from 1 on, got {self.round!r}')
        super().__init__(_first(cfg) if self.round == 1 else _round_before(cfg))
        self._continues = cfg.pseudo_labels.get('weights') == 'continue'

    @property
    def described(self) -> str:
        """Config and round."""
        what = f'round {self.round - 1} of ' if self.round > 1 else ''
        return f'{what}{self.run.filename}, whose model labels the target,'

    @property
    def words(self) -> list[str]:
        """The round stands beside the config."""
        before = self.round - 1
        options = ['--cfg-options', f'rounds={before}'] if before else []
        return [*super().words, *options]

    def use(self, cfg: Config) -> None:
        """Begin with its weights, if the config says so, whatever came before."""
        if self._continues:
            cfg.load_from = str(self.checkpoint)


def _first(cfg: Config) -> Config:
    for key, file in (
        ('pseudo_labels.config', cfg.pseudo_labels.get('config')),
        ('source_model', cfg.get('source_model')),
    ):
        if file is not None:
            return load_needed(cfg, file, key)
    raise ValueError(
        f'{cfg.filename} has pseudo_labels, but no model that makes them: name its '
        'config by `pseudo_labels.config` or `source_model`'
    )


def _round_before(cfg: Config) -> Config:
    options = dict(rounds=cfg.rounds - 1)
    return load_config(cfg.filename, options=options, **loading_of(cfg))


class PseudoLabels(Prerequisite):
    """The labels that a model gave the training images of the target.

    They lie in ``pseudo_labels/<strategy>_<eight digits>`` in the work folder of the
    model's run; the digits stand for the options of the round and the images.

    Args:
        cfg: A config with ``pseudo_labels``.
        model: The model.
    """

    described = 'pseudo labels of the target'

    def __init__(self, cfg: Config, model: LabellingModel) -> None:
        self.cfg = cfg
        self._model = model

    @cached_property
    def job(self) -> LabellingJob:
        """The job that makes them."""
        given = self.cfg.pseudo_labels
        run = self._model.run
        options = {k: v for k, v in given.items() if k not in (*OF_THE_RUN, '_scope_')}
        options = balanced(self.cfg, options)
        strategy = given.get('strategy')
        job = LabellingJob(
            run,
            self._model.checkpoint,
            Path(),
            strategy,
            options,
            amp=run.get('amp', False),
            alpha=self._alpha,
        )
        job = job.resolved(self._model.round)
        return replace(job, out=Path(run.work_dir, 'pseudo_labels', job.name))

    @property
    def _alpha(self) -> float | None:
        """Batch statistics to label with; None for those that the model declares."""
        given = self.cfg.pseudo_labels.get('statistics')
        if given is None:
            return alpha_for_run(self._model.run, self.cfg)
        if not isinstance(given, dict) or {*given} - {'_scope_'} != {'alpha'}:
            raise ValueError(
                f'pseudo_labels.statistics must be dict(alpha=...), got {given!r}'
            )
        return given['alpha']

    def check(self) -> None:
        """Refuse what can not be meant.

        Raises:
            ValueError: If a setting is unknown, nothing learns from the labels, or the
                target is not read.
        """
        weights = self.cfg.pseudo_labels.get('weights', WEIGHTS[0])
        if weights not in WEIGHTS:
            raise ValueError(
                f'pseudo_labels.weights must be one of {WEIGHTS}, got {weights!r}'
            )
        _check_learner(self.cfg)
        rectifiers_of(self.job)  # its options are checked

    def is_there(self) -> bool:
        """Whether all files are."""
        return self._model.is_there() and self.job.finished

    def make(self) -> None:
        """Predict, and choose."""
        print(f'{self.described} are not there yet: {self.job.out}')  # noqa: T201
        make_pseudo_labels(self.job)

    def use(self, cfg: Config) -> None:
        """Let the pipeline of the target load them where labels would be loaded.

        Raises:
            ValueError: If another model, or other settings, made what is there.
        """
        begin(self.job.out, self.job.manifest())
        _load_from(self.job.out, cfg)


class GivenLabels(Prerequisite):
    """Pseudo labels that somebody has made: ``pseudo_labels.folder`` of a config.

    Args:
        cfg: The config.
    """

    described = 'pseudo labels of the target'

    def __init__(self, cfg: Config) -> None:
        self.cfg, self.folder = cfg, Path(cfg.pseudo_labels.folder)

    def check(self) -> None:
        """Refuse what is not there, or nobody learns from.

        Raises:
            FileNotFoundError: If the folder is not one of finished pseudo labels.
            ValueError: If nothing learns from the labels, or the target is not read.
        """
        _check_learner(self.cfg)
        if not self.is_there():
            raise FileNotFoundError(
                f'pseudo_labels.folder of {self.cfg.filename} is {self.folder}, which '
                f'has no {LABELS}: make them with mmuda pseudo-label'
            )

    def is_there(self) -> bool:
        """Whether all files are."""
        return (self.folder / LABELS).is_file()

    def make(self) -> None:
        """Refuse: they are said to be there.

        Raises:
            FileNotFoundError: Always.
        """
        self.check()

    def use(self, cfg: Config) -> None:
        """Let the pipeline of the target load them.

        Raises:
            ValueError: If they are of other images.
        """
        target = cfg.train_dataloader.dataset.target
        images = ImageSet.of(DATASETS.build({**target, 'pipeline': []})).fingerprint
        if read_json(self.folder / MANIFEST)['images'] != images:
            raise ValueError(
                f'{self.folder} has labels of other images than those of the target '
                f'of {cfg.filename}'
            )
        _load_from(self.folder, cfg)


def _check_learner(cfg: Config) -> None:
    if not any(node.get('type') == LEARNS for node in dicts(cfg.model)):
        raise ValueError(
            f'{cfg.filename} has pseudo_labels, but none of its objectives is a '
            f'{LEARNS}, which would learn from them'
        )
    if cfg.train_dataloader.dataset.get('target') is None:
        raise ValueError(f'{cfg.filename} has pseudo_labels, but trains on no target')


def _load_from(folder: Path, cfg: Config) -> None:
    """Load labels where those of a source would be loaded."""
    target = cfg.train_dataloader.dataset.target
    load = ConfigDict(
        type='LoadPseudoLabels',
        folder=str(folder / FOLDER),
        root=image_folder(target),
    )
    steps = [step for step in target.pipeline if step.type != load.type]
    loaders = [n for n, step in enumerate(steps) if is_image_loader(step)]
    at = loaders[0] + 1 if loaders else 0
    target.pipeline = [*steps[:at], load, *steps[at:]]
