# A pass over the stand-ins is short as it is.
