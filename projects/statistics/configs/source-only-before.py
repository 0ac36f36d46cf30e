# Before the recipe: SemSim's schedule, MMSeg's initialisation, Adadelta.
_base_ = 'mmuda::semsim/source-only_hannover_vaihingen.py'
demo = './before_size.py'
