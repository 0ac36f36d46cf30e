"""Whether a run can go on from a checkpoint as if it had not been stopped."""

from pathlib import Path

from mmengine.config import Config

from mmuda.engine.checkpoint import load_checked
from mmuda.jobs.prerequisites.identity import config_of, differences, what_trains

# How long it trains, and by which schedule, may change: training is made longer. The
# seed is compared where it is put into the checkpoint.
COMPARED = ('model', 'train_dataloader', 'optim_wrapper', 'target_shares')


def refuse_other_run(checkpoint: Path, cfg: Config) -> None:
    """Refuse to resume with another model, other data, batches or optimizers.

    The number of processes may change if the batch that they have in common does not.

    Args:
        checkpoint: That of the run.
        cfg: The config to go on with; ``trained_on`` says on which images, and
            ``processes`` by how many.

    Raises:
        ValueError: In one line that names the first difference, or what the checkpoint
            lacks.
    """
    content = load_checked(str(checkpoint), map_location='cpu')
    if 'iter' not in content.get('meta', {}):
        raise ValueError(
            f'checkpoint {checkpoint} holds no meta: training can begin with it '
            '(load_from), not go on from it'
        )
    was = config_of(content, checkpoint)
    if was is None:
        return
    then, now = (_compared(config) for config in (was, cfg))
    for key, found, expected in differences(then, now):
        raise ValueError(
            f'{checkpoint} was trained with {key} {found!r}, this run has '
            f'{expected!r}: go on as before, or train in another work folder'
        )
    _check_images(checkpoint, was.get('trained_on') or {}, cfg.trained_on)


def _compared(cfg: Config) -> dict:
    trained = what_trains(cfg)
    found = {key: trained[key] for key in COMPARED}
    batch_size = found['train_dataloader'].pop('batch_size')
    found['amp'] = bool(cfg.get('amp'))
    return {**found, 'joint batch_size': batch_size * cfg.get('processes', 1)}


def _check_images(checkpoint: Path, then: dict, now: dict) -> None:
    for domain, found in then.items():
        expected = now.get(domain)
        if expected != found:
            count = 0 if expected is None else expected['images']
            raise ValueError(
                f'{checkpoint} was trained on {found["images"]} {domain} images, now '
                f'there are {count}, or the same files hold others: go on with those '
                'images, or train in another work folder'
            )
