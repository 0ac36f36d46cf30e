# The stand-ins' scenes are an eighth as large, and show no bonnet.
_base_ = './daformer.py'
adaptor = dict(
    objectives=dict(teacher=dict(ignore_top=0, ignore_bottom=0)))
