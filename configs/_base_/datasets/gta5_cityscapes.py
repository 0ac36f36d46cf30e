_base_ = ['./gta5.py', './cityscapes.py']
source = 'gta5'
target = 'cityscapes'
source_train = _base_.gta5_train
target_train_unlabelled = _base_.cityscapes_train_unlabelled
target_val = _base_.cityscapes_val
