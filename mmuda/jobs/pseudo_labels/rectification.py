"""What corrects the predictions on a target, learned from all of them."""

import numpy as np

from mmuda.files import write_atomically
from mmuda.jobs.pseudo_labels.features import check_features
from mmuda.jobs.pseudo_labels.job import LabellingJob
from mmuda.jobs.pseudo_labels.predictions import corrected
from mmuda.pseudo_labels import RECTIFIERS, Rectifier


def rectifiers_of(job: LabellingJob) -> dict[str, Rectifier]:
    """Those that the options of a job ask for, by name, in the order of use.

    Raises:
        ValueError: If the segmentor lacks what one reads.
    """
    found = {
        name: kind(len(job.classes), **job.options[name])
        for name, kind in RECTIFIERS.items()
        if name in job.options
    }
    check_features(job.cfg, [tap for r in found.values() for tap in r.taps])
    return found


def learned_rectifiers(job: LabellingJob) -> list[Rectifier]:
    """They, with what each learns of the target as those before it have left it.

    That takes a pass over the target for each, and is written to ``<name>.npy`` in the
    folder of the job, from where a job that was stopped goes on.
    """
    learned: list[Rectifier] = []
    for name, rectifier in rectifiers_of(job).items():
        file = job.out / f'{name}.npy'
        if not file.is_file():
            every = range(len(job.names))
            print(f'{name} of the target: {file}', flush=True)  # noqa: T201
            for _, prediction in corrected(job, every, learned, rectifier.taps):
                rectifier.observe(prediction)
            with write_atomically(file, 'wb') as out:
                np.save(out, rectifier.conclude())
        rectifier.learned = np.load(file)
        learned.append(rectifier)
    return learned
