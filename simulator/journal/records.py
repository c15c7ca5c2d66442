"""Frozen records of everything that a run can record. One line of the journal is one record.

Names: `agent` is the one the record is about, `peer` the other side. Both are the *names* of
planned agents (the localpart of the JID); somebody who is not in the plan appears as a bare
JID. Times are integer microseconds from the start of the run. Text order and field order are
fixed, so equal runs give equal bytes.

`status` is a sorted tuple of ``(language, text)``; the default language is ``""``, and so is the
one that a server's stream header names: a text without a language has it.
"""

from __future__ import annotations

from typing import Any, Literal

from simulator.journal.record import Record
from simulator.journal.work_records import MessageReceived, MessageSent, Value
from simulator.rfc6121.words import PresenceType, Show, StatusText, Subscription

FORMAT = 2
"""Version of the journal format; a reader refuses a newer one.

Format 1 has no messages and no values.
"""

SECOND = 1_000_000
"""Microseconds in a second."""

SentType = Literal[PresenceType, "roster_set", "roster_remove"]


class RunStarted(Record, frozen=True, kw_only=True, tag="run"):
    """First record: what is needed to understand and repeat the run.

    `scenario` is the resolved scenario (after overrides) in the form of its file.
    The Python version and the wall clock are in ``run.json`` beside the journal: the journal
    must be the same on both Pythons.
    """

    format: int
    simulator: str
    name: str
    seed: int
    backend: str
    backend_version: str
    domain: str
    versions: dict[str, str]
    scenario: dict[str, Any]


class Planned(Record, frozen=True, kw_only=True, tag="planned"):
    """An agent of the plan. One record an agent, before anything runs.

    `domain` is empty for an agent on the run's domain. `spawned_by`: the agent that made this one,
    which is in no population, and is recorded when it starts for the first time.
    """

    agent: str
    population: str
    resource: str
    manager: Literal["documented", "spade"] = "documented"
    domain: str = ""
    spawned_by: str = ""


class Watch(Record, frozen=True, kw_only=True, tag="watch"):
    """The subscription graph says that `agent` wants to see `peer`, from `at` on (microseconds).

    `may_refuse`: the scenario itself lets `peer` refuse, or leave the request unanswered.
    """

    agent: str
    peer: str
    origin: str
    at: int = 0
    may_refuse: bool = False


class Agent(Record, frozen=True, kw_only=True, tag="agent"):
    """A step in the life of an agent as the harness sees it."""

    agent: str
    state: Literal["starting", "started", "stopping", "stopped", "failed"]
    reason: str = ""


class Session(Record, frozen=True, kw_only=True, tag="session"):
    """A step in the life of an agent's XMPP session as its client sees it.

    established: bound, roster received. suspended: the stream broke, the client will retry.
    resumed: stream management took it up again without loss. destroyed: its state is lost.
    closed: ended on request. failed: the client gave up.
    """

    agent: str
    resource: str
    state: Literal["established", "suspended", "resumed", "destroyed", "closed", "failed"]
    reason: str = ""


class Action(Record, frozen=True, kw_only=True, tag="action"):
    """The plan asked an agent to do something. `skipped` says why it was not possible.

    `origin` is the plan's entry, such as ``timeline[2]`` or ``subscriptions[0]``.
    """

    agent: str
    do: str
    peer: str = ""
    origin: str = ""
    skipped: str = ""


class Sent(Record, frozen=True, kw_only=True, tag="sent"):
    """A presence or roster stanza left an agent. The oracle is a fold over these.

    `peer` is empty for a broadcast; it is set for directed presence, subscription stanzas and
    roster changes. `id` is the stanza's id; servers keep it on what they broadcast.
    """

    agent: str
    resource: str
    type: SentType
    peer: str = ""
    show: Show = ""
    status: StatusText = ()
    priority: int = 0
    id: str = ""


class Received(Record, frozen=True, kw_only=True, tag="received"):
    """A presence stanza reached an agent."""

    agent: str
    resource: str
    type: PresenceType
    peer: str
    peer_resource: str = ""
    show: Show = ""
    status: StatusText = ()
    priority: int = 0
    id: str = ""


class Roster(Record, frozen=True, kw_only=True, tag="roster"):
    """A roster entry as the server told it: at login, by a push, or at the end of the run."""

    agent: str
    peer: str
    subscription: Subscription
    ask: bool = False
    approved: bool = False
    name: str = ""
    groups: tuple[str, ...] = ()
    source: Literal["initial", "push", "final"] = "push"


class Answer(Record, frozen=True, kw_only=True, tag="answer"):
    """The server answered a roster change that an agent asked for: the `Sent` of this `id`.

    `error`: the condition of the refusal; empty where the change was made.
    """

    agent: str
    resource: str
    id: str
    error: str = ""


class Belief(Record, frozen=True, kw_only=True, tag="belief"):
    """At the end: an entry of the agent's contact list, as its presence manager says.

    `subscription` is empty where the manager lists a contact without roster data.
    """

    agent: str
    peer: str
    subscription: Literal["", "none", "to", "from", "both"]
    ask: bool = False
    available: bool = False
    show: Show = ""


class Reading(Record, frozen=True, kw_only=True, tag="reading"):
    """The run begins to read the final views: the observation ends here, however long it reads."""


class View(Record, frozen=True, kw_only=True, tag="view"):
    """At the end: how many entries a view holds, or why it could not be read."""

    agent: str
    view: Literal["served", "believed"]
    entries: int = 0
    absent: str = ""


class Actual(Record, frozen=True, kw_only=True, tag="actual"):
    """What the server holds of one resource's availability changed.

    `cause` presence: it accepted a presence stanza. closed: the stream ended in order.
    broken: it noticed that the session was dead. `source` server: seen in the server itself.
    client: a real server cannot be looked into, so it is taken at issue.
    """

    agent: str
    resource: str
    available: bool
    show: Show = ""
    status: StatusText = ()
    priority: int = 0
    id: str = ""
    cause: Literal["presence", "closed", "broken", "replaced"] = "presence"
    source: Literal["server", "client"] = "server"


class Died(Record, frozen=True, kw_only=True, tag="died"):
    """An agent died, or was cut off, without saying so. The server does not know yet."""

    agent: str
    cause: str
    origin: str = ""


class FaultChanged(Record, frozen=True, kw_only=True, tag="fault"):
    """A fault of the scenario begins or ends; one that is over at once only begins.

    `agents`: whom it hits; empty for the server's own. `lose_rosters`: the server forgot them.
    """

    origin: str
    fault: str
    state: Literal["begin", "end"]
    agents: tuple[str, ...] = ()
    lose_rosters: bool = False


class Failure(Record, frozen=True, kw_only=True, tag="error"):
    """An exception in a user's code. `traceback` has the frames outside the standard library.

    `place`: file and line of the user's own code, such as ``shop.py:12``; empty where it met none.
    """

    agent: str
    where: str
    error: str
    traceback: str = ""
    place: str = ""


class Note(Record, frozen=True, kw_only=True, tag="note"):
    """Something worth telling a reader of the journal: a warning, or what an agent says."""

    text: str
    agent: str = ""


class Outcome(Record, frozen=True, kw_only=True, tag="outcome"):
    """How one planned agent ended. There is one for each, always."""

    agent: str
    outcome: Literal["ok", "failed", "unknown"]
    reason: str = ""


class HandlerCalls(Record, frozen=True, kw_only=True, tag="handler"):
    """At the end: how often an agent's presence manager called one of the agent's own handlers.

    `handler` is called as SPADE calls it, such as ``on_subscribe``.
    """

    agent: str
    handler: str
    calls: int


class RunEnded(Record, frozen=True, kw_only=True, tag="end"):
    """Last record of a run that ended by itself or was ended. A killed run has none.

    `reason`: duration, converged or at_most where it is complete, else what ended it.
    """

    complete: bool
    reason: str


AnyRecord = (
    RunStarted
    | Planned
    | Watch
    | Agent
    | Session
    | Action
    | Sent
    | Received
    | MessageSent
    | MessageReceived
    | Value
    | Roster
    | Answer
    | Belief
    | Reading
    | View
    | Actual
    | Died
    | FaultChanged
    | Failure
    | Note
    | Outcome
    | HandlerCalls
    | RunEnded
)
