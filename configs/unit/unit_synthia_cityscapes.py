# UNIT before multi-source adaptation (Russo et al. 2019, Sect. 3.1): SYNTHIA in the
# style of Cityscapes, at the size of the files, which is that of what is translated.
_base_ = ['../_base_/models/unit.py', '../_base_/schedules/unit.py']
source, target = 'synthia', 'cityscapes'
demo = '../_base_/demo/unit_street.py'
