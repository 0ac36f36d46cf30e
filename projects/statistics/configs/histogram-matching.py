# The recipe on source images with the histograms of the target.
_base_ = './source-only.py'
translator = 'mmuda::colour_transfer/histogram-matching_hannover_vaihingen.py'
