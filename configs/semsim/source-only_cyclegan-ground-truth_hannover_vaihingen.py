# ORACLE: source patches as the Cycle-GAN on pairs of the Ground Truth strategy adapts
# them, which reads the training labels of the target.
_base_ = './source-only_hannover_vaihingen.py'
translator = 'cyclegan-ground-truth_hannover_vaihingen.py'
oracle = True
