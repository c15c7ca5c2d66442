"""What all records of the journal have in common."""

from __future__ import annotations

from typing import Annotated

import msgspec


class Record(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", gc=False
):
    """Base of all records.

    `t`: microseconds from the start of the run.
    """

    t: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
