# An eighth of a window of 128 pixels is hidden at a time, as of one of 512.
_base_ = './own_adapted.py'
adaptor = dict(objectives=dict(masked=dict(block=16)))
