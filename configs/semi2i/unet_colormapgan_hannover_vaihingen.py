# Row "ColorMapGAN" of Table 1.
_base_ = '../_base_/methods/unet_translated.py'
source, target = 'hannover', 'vaihingen'
translator = '../colormapgan/colormapgan_hannover_vaihingen.py'
