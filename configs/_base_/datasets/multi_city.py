# Two of the five cities to a third: Hannover and Potsdam to Vaihingen, unless
# `--source`/`--target` (or the environment) say otherwise, such as
# `--source buxtehude-nienburg`.
_base_ = [
    './vaihingen.py', './potsdam.py', './hannover.py', './buxtehude.py', './nienburg.py'
]
source = '{{$MMUDA_SOURCE:hannover-potsdam}}'
target = '{{$MMUDA_TARGET:vaihingen}}'

train = dict(
    vaihingen=_base_.vaihingen_train,
    potsdam=_base_.potsdam_train,
    hannover=_base_.hannover_train,
    buxtehude=_base_.buxtehude_train,
    nienburg=_base_.nienburg_train)
sources_train = [train[city] for city in source.split('-')]
target_train_unlabelled = dict(
    vaihingen=_base_.vaihingen_train_unlabelled,
    potsdam=_base_.potsdam_train_unlabelled,
    hannover=_base_.hannover_train_unlabelled,
    buxtehude=_base_.buxtehude_train_unlabelled,
    nienburg=_base_.nienburg_train_unlabelled)[target]
target_val = dict(
    vaihingen=_base_.vaihingen_val,
    potsdam=_base_.potsdam_val,
    hannover=_base_.hannover_val,
    buxtehude=_base_.buxtehude_val,
    nienburg=_base_.nienburg_val)[target]
del train
