"""The figures of a run, each declared once: name, unit, definition, and how it is shown.

What a scenario can `expect`, the JSON Schema, summary.json, the terminal, the page and the table of
docs/figures.md all follow from this table. How a figure is measured is in `analysis.figures.named`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["time", "share", "count", "ratio"]
"""time: microseconds. share: 0 to 1. count: a whole number. ratio: any number from 0 on."""

QUANTILES = ("p50", "p95", "p99", "max")


@dataclass(frozen=True, slots=True)
class Family:
    """A figure, or several that are measured and shown together.

    `parts` are figures called ``name.part``; with `whole`, or without parts, `name` is a figure,
    too. `definition`, `reading` and `absent` (when it is absent) are cells of docs/figures.md, in
    Markdown.

    `title` heads its row in a summary that people read; without one it has no row. `shown` is the
    row's text as a format: it has the keys of the summary's entry, and `text`, which is what the
    unit alone would show. `beside`: a time to converge that the row ends with. `optional`: there
    is no row when nothing was measured or counted. `key` is its name in summary.json.
    """

    name: str
    unit: Unit
    title: str
    definition: str
    reading: str
    absent: str = "never: a count"
    parts: tuple[str, ...] = ()
    whole: bool = False
    shown: str = "{text}"
    beside: str = ""
    optional: bool = False
    key: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its figures, the whole first."""
        whole = (self.name,) if self.whole or not self.parts else ()
        return (*whole, *(f"{self.name}.{part}" for part in self.parts))


CAUSES = (
    "scenario",
    "user_code",
    "presence_manager",
    "client_library",
    "link",
    "server",
    "unknown",
)
"""The classes of causes."""

FAMILIES = (
    Family(
        "outcomes",
        "count",
        "agents",
        "How the planned agents ended. Failed: it did not start, or its code raised. Unknown: it"
        " was never asked to start, or had not finished.",
        "the three add up to the population, always",
        parts=("ok", "failed", "unknown"),
        shown="{text} of {population}",
        key="agent_outcomes",
    ),
    Family(
        "declared_convergence",
        "share",
        "watches in force",
        "Of the watches that are declared, the share that is in force: the watcher's roster, as the"
        " server told it last, holds the contact with `to` or `both`, whether the watcher is"
        " connected now or not. In the summary: at the end.",
        "1: the population reached the rosters that the scenario declares",
        "no watch is declared",
        shown="{value} ({right} of {total})",
        beside="declared",
    ),
    Family(
        "declared",
        "count",
        "declared watches",
        "The declared watches at the end, by [state](#states-of-a-declared-watch).",
        "all but the first should be 0, unless the scenario itself prescribes a refusal",
        parts=("in_force", "pending", "refused", "ended", "not_asked", "lost"),
    ),
    Family(
        "roster_convergence",
        "share",
        "roster convergence",
        "Of all entries that are expected or served, the share whose served entry is an expected"
        " one. A surplus entry counts as wrong. Rosters of agents without a session are left out."
        " In the summary: at the end, with the rosters read then.",
        "1: the server did what RFC 6121 says. This does not mean that every watch came into force:"
        " a refused request converges, too.",
        "there is no entry",
        shown="{value} ({right} of {total})",
        beside="roster",
    ),
    Family(
        "availability_convergence",
        "share",
        "availability convergence",
        "Of the authorised watches, the share in which observed equals actual, on availability and"
        " show. In the summary: at the end of the observation.",
        "below 1: at the end, some watcher sees a contact wrongly",
        "no watch is authorised",
        shown="{value} ({right} of {total})",
        beside="availability",
    ),
    Family(
        "time_to_converge",
        "time",
        "",
        "From a disturbance to the first moment after which the share stays 1 until the next one"
        " begins, or the end. The summary has every phase and names the slowest one.",
        "`never`: in some phase it did not reach 1 and stay there",
        "there was nothing to converge in any phase",
        parts=("declared", "roster", "availability"),
    ),
    Family(
        "propagation_latency",
        "time",
        "propagation latency",
        "For each delivered change and watcher: receipt minus issue.",
        "how old news is when it arrives",
        "nothing was delivered",
        parts=QUANTILES,
    ),
    Family(
        "deliveries",
        "count",
        "deliveries",
        "What became of each change at each watcher of the contact; see [below](#deliveries).",
        "`lost` should be 0",
        parts=("delivered", "superseded", "lost", "not_due"),
        shown="{delivered} delivered, {superseded} superseded, {lost} lost, {not_due} not due",
    ),
    Family(
        "staleness",
        "share",
        "staleness",
        "Watch-seconds in which observed was not actual, over all authorised watch-seconds. Ghost:"
        " seen available, is not. Blind: seen unavailable, is available. Mislabelled: available in"
        " both views, but with another show or other resources. The parts add up to the whole.",
        "the share of time in which a look at a contact would be misleading",
        "no watch was ever authorised",
        parts=("ghost", "blind", "mislabelled"),
        whole=True,
        shown="{value} of {authorised_s:,.1f} watch-seconds"
        " (ghost {ghost}, blind {blind}, mislabelled {mislabelled})",
    ),
    Family(
        "cause.declared",
        "share",
        "",
        "Of the declared watches, the share that is not in force at the end for a cause of this"
        " [class](#causes). The parts add up to 1 - `declared_convergence`.",
        "what is not `scenario` is worth a look: `simulator explain`",
        "no watch is declared",
        parts=CAUSES,
        key="causes_not_in_force",
    ),
    Family(
        "cause.staleness",
        "share",
        "",
        "Watch-seconds of staleness with a cause of this [class](#causes), over all authorised"
        " watch-seconds. The parts add up to `staleness`.",
        "nearly all of it should be `link`: latency",
        "no watch was ever authorised",
        parts=CAUSES,
        key="causes_of_staleness",
    ),
    Family(
        "detection_time",
        "time",
        "detection time",
        "From the death of an agent to the receipt after which a watcher sees it unavailable, for"
        " each authorised watcher that saw it available.",
        "how long the dead look alive",
        "no death was detected",
        parts=QUANTILES,
    ),
    Family(
        "belief_divergence",
        "count",
        "belief divergence",
        "The number of entries whose believed and served views differ at the end, among agents for"
        " which both could be read. The summary names them with both values.",
        "above 0: `get_contacts()` misleads its agent",
        "no agent had both views read",
        shown="{count} (agent and server disagree)",
    ),
    Family(
        "believed_ghosts",
        "count",
        "believed ghosts",
        "The number of pairs at the end in which an agent's presence manager says that another"
        " agent of the scenario is available, although it has no available resource.",
        "above 0: `get_contacts()` shows agents that are gone, as SPADE's own manager does after a"
        " reconnect",
        "no agent's belief was read",
        shown="{count} (gone, but seem available)",
    ),
    Family(
        "believed_absent",
        "count",
        "believed absent",
        "The number of authorised watches at the end whose contact is available, while the"
        " watcher's presence manager says that it is not, or does not list it.",
        "above 0: `get_contacts()` hides agents that are there",
        "no agent's belief was read",
        shown="{count} (available, but seem away)",
    ),
    Family(
        "amplification",
        "ratio",
        "amplification",
        "Available and unavailable presences received by all agents, including their own reflected"
        " ones, per presence change.",
        "what one change costs",
        "no presence changed",
        shown="{value:.1f} presences received per change ({received} for {changes})",
    ),
    Family(
        "messages",
        "count",
        "messages",
        "Messages that agents sent, and what became of them. Received: it reached its addressee."
        " Undelivered: it came back, or had not arrived at the end. Neither: it was sent less than"
        " `settle` before the end, or went to somebody outside the scenario.",
        "`undelivered` should be 0",
        "the journal is of format 1",
        parts=("sent", "received", "undelivered"),
        shown="{sent} sent, {received} received, {undelivered} undelivered",
        optional=True,
    ),
    Family(
        "message_latency",
        "time",
        "message latency",
        "For each message that was received: receipt minus sending. 0 on the route `container`.",
        "how long agents wait for each other",
        "no message was received",
        parts=QUANTILES,
        optional=True,
    ),
)
"""Every figure, in the order in which summaries show them."""

FIGURES: dict[str, Unit] = {name: family.unit for family in FAMILIES for name in family.names}
"""The unit of every figure by its name, such as ``propagation_latency.p95``."""


def figure_column(name: str) -> str:
    """What a figure is called where its value is a number: a time is in seconds, and says so."""
    return f"{name}_s" if FIGURES[name] == "time" else name
