# As small with --small: patches are what they are.
model = dict(size=128)
