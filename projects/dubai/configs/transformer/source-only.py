# DAFormer's network on the source alone, until what the source holds out is flat.
_base_ = 'mmuda::daformer/source-only_hannover_vaihingen.py'
source, target = 'hannover', 'vaihingen'
val_on = 'source'
demo = './size_source.py'
