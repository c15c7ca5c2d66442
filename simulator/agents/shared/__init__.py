"""What the generations of SPADE do in the same way, with their own modules handed in.

Nothing here imports SPADE: a generation gives its classes, which both have under the same names.
"""
