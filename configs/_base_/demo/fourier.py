model = dict(size=112)
