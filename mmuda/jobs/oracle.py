"""Whether a run reads labels of the target before the final score."""

from pathlib import Path

from mmengine.config import Config

from mmuda.files import read_json
from mmuda.jobs.domains import trains_on_target
from mmuda.jobs.pairing.strategies import ORACLES


def is_oracle(cfg: Config) -> bool:
    """Whether a config is an upper end, not a method.

    It is if it learns from the labels of the target (``trains_on='target'``), pairs by
    them at the start or in training, uses a mapping that was made by them, or says so
    itself (``oracle=True``).
    """
    strategies = [(cfg.get('pairing') or {}).get('strategy')]
    strategies += [
        hook.get('strategy')
        for hook in cfg.get('custom_hooks') or []
        if hook['type'] == 'UpdateMappingHook'
    ]
    return (
        bool(cfg.get('oracle'))
        or trains_on_target(cfg)
        or any(strategy in ORACLES for strategy in strategies)
        or _maps_by_labels(cfg)
    )


def _maps_by_labels(cfg: Config) -> bool:
    loader = cfg.get('train_dataloader') or {}
    mapping = (loader.get('sampler') or {}).get('mapping')
    manifest = Path(f'{mapping}.json')
    if mapping is None or not manifest.is_file():
        return False
    return bool(read_json(manifest).get('oracle'))
