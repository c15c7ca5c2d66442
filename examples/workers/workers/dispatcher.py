"""Who gives the work. Two versions: as it was first written, and repaired."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from aioxmpp import JID, PresenceShow, PresenceState
from spade.agent import Agent
from spade.behaviour import CyclicBehaviour, PeriodicBehaviour
from spade.message import Message


class TrustingDispatcher(Agent):
    """Gives each job to a worker whose presence says that it is free.

    Its own presence says how far it is: chat while there are jobs, xa when all are done.
    """

    workers: Sequence[str] = ()
    jobs = 12
    seconds_between_jobs = 2.0

    class Give(PeriodicBehaviour):
        async def run(self) -> None:
            agent = self.agent
            agent.look_after_open_jobs()
            free = agent.free_workers()
            if agent.waiting and free:
                job = agent.waiting.popleft()
                agent.given(job, free[0])
                await self.send(Message(to=str(free[0]), body=str(job)))

    class Collect(CyclicBehaviour):
        async def run(self) -> None:
            result = await self.receive(timeout=60)
            if result is not None:
                self.agent.finished(int(result.body), result.sender.bare())

    async def setup(self) -> None:
        self.waiting = deque(range(1, self.jobs + 1))
        self.done: set[int] = set()
        self.tell()
        for worker in self.workers:
            self.presence.subscribe(worker)
        self.presence.approve_all = True
        self.add_behaviour(self.Give(period=self.seconds_between_jobs))
        self.add_behaviour(self.Collect())

    def free_workers(self) -> list[JID]:
        contacts = self.presence.get_contacts()
        free = [jid for jid, contact in contacts.items() if shows_chat(contact.get("presence"))]
        return sorted(free, key=str)

    def given(self, job: int, worker: JID) -> None:
        """A job is about to be given."""

    def look_after_open_jobs(self) -> None:
        """The worker said that it is free. What could go wrong?"""

    def finished(self, job: int, worker: JID) -> None:
        self.done.add(job)
        self.tell()

    def tell(self) -> None:
        finished = len(self.done) == self.jobs
        show = PresenceShow.XA if finished else PresenceShow.CHAT
        state = PresenceState(available=True, show=show)
        self.presence.set_presence(state=state, status=f"{len(self.done)} of {self.jobs} jobs done")


class CarefulDispatcher(TrustingDispatcher):
    """Repaired: presence is a hint, and what counts is the result.

    A machine that has lost its power says nothing. Its server keeps the last presence that it
    heard, so the worker looks free for ever; and because it never gets busy, it looks free
    whenever a job is to be given. Now a worker that owes a result gets no further job, whatever it
    shows; and one that does not deliver in time gets none until it is heard of again.
    """

    patience = 8.0

    async def setup(self) -> None:
        self.owed: dict[JID, tuple[int, float]] = {}
        self.suspects: set[JID] = set()
        self.presence.on_available = self.heard_of
        await super().setup()

    def heard_of(self, jid: str, stanza: Any) -> None:
        worker = JID.fromstr(jid).bare()
        self.suspects.discard(worker)
        if shows_chat(stanza):
            # It has delivered before it says so; one that still owes has forgotten the job.
            self.take_back(worker)

    def free_workers(self) -> list[JID]:
        out = self.suspects | self.owed.keys()
        return [worker for worker in super().free_workers() if worker not in out]

    def given(self, job: int, worker: JID) -> None:
        self.owed[worker] = job, asyncio.get_running_loop().time() + self.patience

    def look_after_open_jobs(self) -> None:
        now = asyncio.get_running_loop().time()
        for worker, (_, deadline) in list(self.owed.items()):
            if now > deadline:
                self.suspects.add(worker)
                self.take_back(worker)

    def take_back(self, worker: JID) -> None:
        job, _ = self.owed.pop(worker, (None, 0.0))
        if job is not None:
            self.waiting.appendleft(job)

    def finished(self, job: int, worker: JID) -> None:
        self.owed.pop(worker, None)
        super().finished(job, worker)


def shows_chat(presence: Any) -> bool:
    """Whether a contact's newest presence (None: there is none) says that it is free."""
    if presence is None:
        return False
    return presence.type_.is_presence_state and presence.show == PresenceShow.CHAT
