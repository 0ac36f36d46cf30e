"""The translator of the source, and the source translated by it."""

from pathlib import Path

from mmengine.config import Config, ConfigDict

from mmuda.jobs.bands import expected_bands
from mmuda.jobs.config import loading_of
from mmuda.jobs.data_sets import members_of
from mmuda.jobs.prerequisites.base import Prerequisite, load_needed
from mmuda.jobs.prerequisites.trained_run import TrainedRun
from mmuda.jobs.translation.jobs import Job, begin, translate_files
from mmuda.jobs.translation.loading import is_translator, load_translator
from mmuda.jobs.translation.source import (
    image_folder,
    translation_hook,
    translation_jobs,
    with_hook,
)


class TranslatorModel(TrainedRun):
    """The checkpoint of a translator.

    It is the one that the config names, or the last one of the translator's own run.

    Args:
        cfg: A config with a translator.
    """

    role = 'the translator'

    def __init__(self, cfg: Config) -> None:
        named = translation_hook(cfg).translator
        self._given = named.get('checkpoint')
        super().__init__(load_needed(cfg, named.config, 'translator'), self._given)
        self._needed_by = cfg.filename

    def check(self) -> None:
        """Refuse what is no translator, or the checkpoint of another training.

        Raises:
            FileNotFoundError: If the config names a checkpoint that does not exist.
        """
        if not is_translator(self.run):
            raise ValueError(
                f'translator of {self._needed_by} is {self.run.filename}, which '
                f'trains a {self.run.model.type}, no translator'
            )
        if not self._given:
            super().check()
        elif not self.is_there():
            raise FileNotFoundError(f'translator {self.checkpoint} does not exist')

    def use(self, cfg: Config) -> None:
        """Tell the hook, which is put into the config where it is not there.

        Images of an oracle, which was paired by target labels, make an oracle.
        """
        cfg.oracle = cfg.get('oracle', False) or self.run.oracle
        hook = ConfigDict(translation_hook(cfg))
        hook.translator = dict(
            config=str(Path(self.run.filename).resolve()),
            checkpoint=str(self.checkpoint),
            **loading_of(self.run),
        )
        with_hook(cfg, hook)


class TranslatedImages(Prerequisite):
    """The source's training images, translated once.

    They lie in ``translated/<domain>`` in the work folder of the translator.

    Args:
        cfg: A config with a translator that works offline.
        translator: The translator.
    """

    described = 'translated images'

    def __init__(self, cfg: Config, translator: TranslatorModel) -> None:
        self.cfg = cfg
        self._translator = translator

    @property
    def _jobs(self) -> list[Job]:
        return translation_jobs(
            self.cfg, self._translator.run, self._translator.checkpoint
        )

    def is_there(self) -> bool:
        """Whether all files are."""
        return self._translator.is_there() and all(
            (job.out / name).is_file() for job in self._jobs for name in job.files
        )

    def make(self) -> None:
        """Translate what is missing."""
        model = load_translator(self._translator.run, self._translator.checkpoint)
        for job in self._jobs:
            translate_files(model, job, expected_bands(self._translator.run))

    def use(self, cfg: Config) -> None:
        """Let the pipelines of the source begin with reading them.

        Raises:
            ValueError: If another translator, or other settings, made what is there.
        """
        share = translation_hook(cfg).get('share', 1.0)
        jobs = self._jobs
        for member, job in zip(
            members_of(cfg.train_dataloader.dataset), jobs, strict=True
        ):
            begin(job.out, job.manifest())
            read = dict(
                type='TranslatedImage',
                folder=str(job.out),
                root=image_folder(member),
                share=share,
            )
            member.pipeline = [read, *member.pipeline]
