"""What is typed after ``python -m mmuda``, where nothing is wrong with it."""

TRAIN = 'train toy.py --work-dir out'
RESUME = 'train toy.py --work-dir run --resume'
MAPPED = 'train mapped.py --work-dir out'
TEST = 'test toy.py toy.pth --work-dir out'
PAIR = 'pair toy.py --strategy random --out out/m.csv'
SEARCH = 'pair toy.py --strategy approximation --checkpoint toy.pth --out out/m.csv'
TRANSLATE = 'translate colours.py colours.pth --in data/source/images --out out'
PREDICT = 'predict toy.py toy.pth --in data/target/images --out out'
PREPARE = (
    'prepare --scenes data/source/images --labels data/source/labels --holdout 0 '
    '--window-px 16 --out out'
)
NAMED = f'{PREPARE} --classes a b c'
ADAPT = (
    'adapt --source data/source/images --labels data/source/labels --target '
    'data/target/images --classes a b c --window-px 16 --out out'
)
LABEL_TARGET = 'pseudo_label toy.py toy.pth --out out'
EXPORT = 'export toy.py toy.pth --out out/model'
STATISTICS = 'target_statistics toy.py toy.pth --out out/m.pth'
SOURCE = 'train_dataloader.dataset.source'
