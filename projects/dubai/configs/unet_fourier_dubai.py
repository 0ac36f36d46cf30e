# The row of FDA, whose translator is told the size of the patches.
_base_ = 'mmuda::semi2i/unet_fourier_hannover_vaihingen.py'
source, target = 'tiles_7_8.py', 'tiles_1_6.py'
translator = 'fourier_dubai.py'
