# The recipe on source images that SemI2I translated.
_base_ = './source-only.py'
translator = 'mmuda::semi2i/semi2i_hannover_vaihingen.py'
