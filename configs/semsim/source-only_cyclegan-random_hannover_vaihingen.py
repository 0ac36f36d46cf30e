# Source patches as the Cycle-GAN on pairs of the Random strategy adapts them.
_base_ = './source-only_hannover_vaihingen.py'
translator = 'cyclegan-random_hannover_vaihingen.py'
