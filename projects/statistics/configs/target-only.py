# ORACLE: the recipe on the target's labels.
_base_ = './source-only.py'
trains_on = 'target'
val_on = 'target'
