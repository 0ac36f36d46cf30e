_base_ = ['./synthia.py', './cityscapes.py']
source = 'synthia'
target = 'cityscapes'
source_train = _base_.synthia_train
target_train_unlabelled = _base_.cityscapes_train_unlabelled
target_val = _base_.cityscapes_val
