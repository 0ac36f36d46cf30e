"""Devices as they are named on the command line."""

import torch


def check_device(name: str) -> None:
    """Refuse a device that PyTorch does not know or this machine does not have.

    Raises:
        ValueError: Likewise.
    """
    kind, colon, number = name.partition(':')
    if kind not in ('cpu', 'cuda') or (colon and not number.isdigit()):
        raise ValueError(f"device {name!r} is unknown, expected 'cpu' or 'cuda'")
    found = torch.cuda.device_count() if kind == 'cuda' else 1
    if int(number or 0) >= found:
        raise ValueError(
            f'device {name!r} is not there: PyTorch finds {found} of the kind'
        )
