"""Several datasets as the domains of one."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from mmengine.dataset import BaseDataset, ConcatDataset
from mmseg.registry import DATASETS


class SeededIndex(int):
    """An index into a dataset that knows its place in the training stream.

    Args:
        index: Index of the sample.
        seed: Seeds whatever is random in loading the sample. It depends on the
            seed of the run and the place in the stream alone, never on workers,
            processes or where the run was resumed.
    """

    seed: int

    def __new__(cls, index: int, seed: int) -> 'SeededIndex':  # noqa: D102
        at = super().__new__(cls, index)
        at.seed = seed
        return at

    def __getnewargs__(self) -> tuple[int, int]:
        return int(self), self.seed


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Python's, NumPy's and PyTorch's random numbers from ``seed``, for a while."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.default_generator.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])


@DATASETS.register_module()
class DomainConcatDataset(ConcatDataset):
    """Source and target datasets as one, each sample stamped with its domain.

    A sample's ``domain`` is ``'source'`` or ``'target'``, with several sources
    ``'source_0'``, ``'source_1'``, ... Who meets whom in a mini-batch is the
    sampler's business. One that was drawn by it also carries the seed of its place in
    the stream, ``stream_seed``. The target's labels can not enter training: a target
    pipeline that loads them is refused, and their paths are taken off its samples.

    Args:
        source: Config of an MMSeg dataset, or a list of them.
        target: Config of an MMSeg dataset whose pipeline loads no labels; None to
            train on the source alone.
        lazy_init: As in MMSeg's datasets.

    Raises:
        ValueError: If the target's pipeline loads labels, or the classes of source
            and target differ.
    """

    def __init__(
        self,
        source: dict | Sequence[dict],
        target: dict | None = None,
        lazy_init: bool = False,
    ) -> None:
        sources = [source] if isinstance(source, (dict, BaseDataset)) else list(source)
        names = (
            ['source']
            if len(sources) == 1
            else [f'source_{i}' for i in range(len(sources))]
        )
        if target is not None:
            _refuse_labels(target)
            names.append('target')
        self.domains = names
        members = [*sources, *([] if target is None else [target])]
        built = [DATASETS.build(m) if isinstance(m, dict) else m for m in members]
        self._check_classes(built)
        # mmengine compares whole metainfos; the classes are what must agree.
        every_key = sorted({key for dataset in built for key in dataset.metainfo})
        super().__init__(built, lazy_init=lazy_init, ignore_keys=every_key)

    def _check_classes(self, built: list[BaseDataset]) -> None:
        classes = built[0].metainfo.get('classes')
        for name, dataset in zip(self.domains, built, strict=True):
            if dataset.metainfo.get('classes') != classes:
                raise ValueError(
                    f'classes of {name} are {dataset.metainfo.get("classes")}, those '
                    f'of {self.domains[0]} are {classes}: they must be the same'
                )

    def indices(self, domain: str) -> range:
        """Indices of the samples of one domain."""
        at = self.domains.index(domain)
        end = self.cumulative_sizes[at]
        return range(end - len(self.datasets[at]), end)

    def __getitem__(self, index: int) -> dict:
        dataset_index, sample_index = self._get_ori_dataset_idx(int(index))
        dataset, domain = self.datasets[dataset_index], self.domains[dataset_index]
        if not isinstance(index, SeededIndex):
            return self._stamp(dataset[sample_index], domain)
        with seeded(index.seed):
            sample = self._stamp(dataset[sample_index], domain)
        sample['data_samples'].set_metainfo(dict(stream_seed=index.seed))
        return sample

    @staticmethod
    def _stamp(sample: dict, domain: str) -> dict:
        meta = {'domain': domain}
        if domain == 'target':
            meta['seg_map_path'] = None
        sample['data_samples'].set_metainfo(meta)
        return sample


def _refuse_labels(target: dict | BaseDataset) -> None:
    if isinstance(target, dict):
        types = [step['type'] for step in target.get('pipeline', ())]
    else:
        types = [type(step).__name__ for step in target.pipeline.transforms]
    loading = [t for t in types if str(t).rpartition('.')[2].startswith(LABEL_LOADERS)]
    if loading:
        raise ValueError(
            f'the training pipeline of the target loads labels ({loading[0]}): target '
            'labels must never enter training, remove that step'
        )


LABEL_LOADERS = (
    'LoadAnnotations',
    'LoadLabels',
    'LoadRandomPatchLabels',
    'LoadBiomedicalAnnotation',
)
