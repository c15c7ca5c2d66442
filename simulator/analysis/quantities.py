"""Times and shares as people write them."""

from __future__ import annotations

_LONG = 120.0
"""From so many seconds on, people want minutes."""
_LARGER_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def duration_text(seconds: float) -> str:
    """A duration for people, in its two largest units: 22171 s is ``6 h 9 min``.

    What is shorter than two minutes is in seconds, to the millisecond.
    """
    if seconds < _LONG:
        return f"{seconds:.3f} s"
    place, size = next(
        (place, size) for place, (_, size) in enumerate(_LARGER_UNITS) if seconds >= size
    )
    unit, (smaller, smaller_size) = _LARGER_UNITS[place][0], _LARGER_UNITS[place + 1]
    many, rest = divmod(int(seconds // smaller_size), size // smaller_size)
    return f"{many} {unit} {rest} {smaller}" if rest else f"{many} {unit}"


def seconds_text(seconds: float, exact: str = ".3f") -> str:
    """A time for people and, of a long one, its seconds: ``6 h 9 min (22171.435 s)``."""
    text = f"{seconds:{exact}} s"
    return text if seconds < _LONG else f"{duration_text(seconds)} ({text})"


def time_text(seconds: float) -> str:
    """A point in time or a duration, as short as can be: ``0.28 s``, ``15 s``, ``6 h 9 min``."""
    return f"{round(seconds, 3):g} s" if abs(seconds) < _LONG else duration_text(seconds)


def share_text(share: float) -> str:
    """A share in percent; what is not quite nothing, or not quite all, never reads as that."""
    if share in (0, 1):
        return f"{share:.0%}"
    return "<0.01%" if share < 0.00005 else ">99.99%" if share > 0.99995 else f"{share:.2%}"
