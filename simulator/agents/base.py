"""What a run needs of an agent. SPADE's generations differ only behind these interfaces.

A `Generation` makes a `Driver` for each life of an agent, from a start to its end. The driver asks
its `Host`, the run's side of the agent, how to connect and whom to tell; `Control` is what a run,
a policy or a behaviour does through the agent's presence manager. Peers are bare JIDs, as text.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from random import Random
from types import ModuleType
from typing import Literal, NamedTuple, Protocol

from simulator.agents.names import Address
from simulator.agents.observer import Observer
from simulator.journal.records import Belief, Roster
from simulator.journal.work_records import MessageRoute
from simulator.scenario.plan import AgentPlan, Microseconds, PresenceChange
from simulator.servers.base import Peer


class Contact(NamedTuple):
    """A roster item as the agent has it now. `ask`: a request of the agent's is pending."""

    jid: str
    subscription: str
    ask: bool

    @property
    def is_subscribed(self) -> bool:
        """Whether its presence is sent to the agent."""
        return self.subscription in ("to", "both")

    @property
    def is_approved(self) -> bool:
        """Whether the agent's presence is sent to it."""
        return self.subscription in ("from", "both")


UNKNOWN = Contact("", "none", False)
"""Stands for a peer that is not in the roster."""

Event = Literal[
    "requested", "withdrawn", "connected", "disconnected", "contact_changed", "contact_left"
]
"""What can be listened to, and what the listener is called with.

requested, withdrawn: a subscription request or its withdrawal, with the peer; requests that
``approve_all`` answers are not told. connected: the session and its roster are there. disconnected:
the session is over. contact_changed: a roster item is new or has another subscription.
contact_left: a contact has no available resource any more. Both have the peer.
"""


class Control(Protocol):
    """What the simulator does through the presence manager of an agent.

    It works with every presence manager of the generation. Methods raise what the manager raises.
    """

    @property
    def is_available(self) -> bool:
        """Whether the agent means to be available."""

    @property
    def is_connected(self) -> bool:
        """Whether the agent has a session and its roster."""

    def change(self, change: PresenceChange) -> None:
        """Change the agent's presence; one that is unavailable becomes available."""

    def become_unavailable(self) -> None:
        """Send unavailable presence, which ends the session."""

    def remember(self) -> Callable[[], None]:
        """What shows the presence of now again: available or not, show, status, priority."""

    def subscribe(self, peer: str) -> None:
        """Ask for a peer's presence."""

    def unsubscribe(self, peer: str) -> None:
        """End the subscription to a peer's presence."""

    def approve(self, peer: str) -> None:
        """Approve a subscription request."""

    def approve_all(self) -> None:
        """Approve every request from now on."""

    def deny(self, peer: str) -> None:
        """Refuse a request, or cancel a subscription (RFC 6121, sections 3.1.6 and 3.2)."""

    async def remove(self, peer: str) -> None:
        """Remove a peer from the roster and wait for the server's answer."""

    def contact(self, peer: str) -> Contact:
        """The roster's item of a peer; `UNKNOWN` where there is none."""

    def contacts(self) -> list[Contact]:
        """All items of the roster."""

    def sees(self, peer: str) -> bool:
        """Whether a peer has an available resource, as far as the agent knows."""

    def listen(self, event: Event, listener: Callable[..., None]) -> Callable[[], None]:
        """Call `listener` at each such event, until the function that is returned is called."""


class NoAnswer(Exception):
    """Why the server cannot be asked over an agent's session."""


class Driver(Protocol):
    """One life of an agent, as its generation leads it."""

    @property
    def agent(self) -> object:
        """The generation's own agent."""

    @property
    def control(self) -> Control:
        """What can be done through its presence manager, once it connects."""

    @property
    def is_alive(self) -> bool:
        """Whether it runs, as the generation says."""

    @property
    def is_connected(self) -> bool:
        """Whether it has an established stream."""

    @property
    def holds_run_open(self) -> bool:
        """Whether one of its behaviours has something to do that has an end."""

    @property
    def knowledge(self) -> Mapping[str, object]:
        """What it keeps in the generation's knowledge base, by name."""

    async def start(self) -> None:
        """Connect and run. Raises what its class, its setup() or the server raises."""

    async def stop(self) -> None:
        """End as the generation ends an agent."""

    def crash(self) -> None:
        """End as a dead process ends: nothing is said. The connection is the backend's to cut."""

    async def disconnect(self) -> None:
        """End an agent that never got as far as running, so that it leaves no session behind."""

    def use_password(self, password: str) -> None:
        """Log in with this password from now on."""

    async def served_roster(self, patience: float) -> list[Roster]:
        """Ask the server for the roster, and wait so many seconds for the answer.

        Raises NoAnswer when it cannot be asked, and what the library raises without an answer.
        """

    def beliefs(self) -> list[Belief]:
        """The contacts as the presence manager tells them to the agent."""


class Host(Protocol):
    """The run's side of one session of an agent, as its driver and its behaviours see it."""

    plan: AgentPlan

    @property
    def jid(self) -> str:
        """The JID to connect with: full when the plan names a resource."""

    @property
    def password(self) -> str:
        """The password to log in with."""

    @property
    def pings(self) -> bool:
        """Whether a silent server is pinged."""

    @property
    def now(self) -> Microseconds:
        """Microseconds since the run began."""

    def connecting(self) -> tuple[Peer, Observer]:
        """The client is made and not connected: how it connects, and who observes it."""

    def attach(self, control: Control) -> None:
        """Hear requests: the client is observed and not connected yet."""

    def name(self, jid: Address | str) -> str:
        """A JID as the journal names it."""

    def report(self, where: str, error: BaseException) -> None:
        """Record an exception in the agent's code."""

    def kept(self, name: str, value: object) -> None:
        """The agent put something into its knowledge base."""

    def handler_called(self, handler: str) -> None:
        """The presence manager calls a handler of the agent's own, such as ``on_subscribe``."""

    def seed_of(self, purpose: str) -> str:
        """What the agent's random numbers for a purpose are derived from."""

    def generator(self, purpose: str) -> Random:
        """The agent's own generator for a purpose. It goes on after a restart of the agent."""


class Newcomer(Host, Protocol):
    """The run's side of an agent that an agent made."""

    async def join(
        self, driver: Driver, start: Callable[[], Awaitable[None]], *, registers: bool
    ) -> None:
        """Start it by `start`, with an account if it `registers`. Raises what its start raises."""

    async def leave(self, stop: Callable[[], Awaitable[None]]) -> None:
        """Stop it by `stop`. Raises what its stop raises."""


Meet = Callable[[str, str, str], Newcomer]
"""Called with JID, password and class (``module:Class``) of an agent that an agent starts."""


class Generation(Protocol):
    """A generation of SPADE, with the XMPP library below it.

    `name` is for people. `versions`: the packages that it was written for. `password_refusals`:
    what is raised when the server refuses a password. `request_failures`: what a request raises
    that the server refuses, or whose connection breaks. `behaviours`: the module of its
    behaviour classes.
    """

    name: str
    versions: Mapping[str, str]
    password_refusals: tuple[type[BaseException], ...]
    request_failures: tuple[type[BaseException], ...]
    behaviours: ModuleType

    def patches(
        self,
        on_behaviour_error: Callable[[object, object, BaseException], None],
        meet: Meet | None = None,
        messages: MessageRoute = "server",
    ) -> AbstractContextManager[None]:
        """What a run needs on any server; to be entered in the running loop.

        `on_behaviour_error(agent, behaviour, error)` is told of what ends a behaviour. `meet`: the
        host of each agent that an agent starts; without it they are left alone.
        `messages`: the way that messages go between agents. Raises
        SimulatorError when other versions are installed than those that this was written for.
        """

    def virtual_time(self, clock: Callable[[], float]) -> AbstractContextManager[None]:
        """Let the library go by `clock`, in seconds, and make the same stanzas in each run."""

    def tuning(self) -> AbstractContextManager[None]:
        """Make the library quicker, with the same bytes on the wire."""

    def make(self, host: Host) -> Driver:
        """Make an agent as `host.plan` says, with its behaviours, and do not start it.

        Raises what its class or a behaviour's raises.
        """

    def control(self, agent: object) -> Control:
        """What can be done through the presence manager of any of its agents."""

    def is_reported_elsewhere(self, context: Mapping[str, object]) -> bool:
        """Whether a loop's error context only repeats what its cause reports by itself."""
