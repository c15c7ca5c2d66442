"""Why an agent was not there, or could not speak or hear: rules that several others ask.

Each takes the agent and the time, in microseconds, at which it was needed.
"""

from __future__ import annotations

from simulator.analysis.causes.cause import Cause, CauseClass
from simulator.analysis.causes.evidence import CUTS, SERVER_FAULTS, STOPS_FOR_GOOD, Evidence
from simulator.analysis.states import FaultSpan
from simulator.journal.records import Failure

NEVER_AGAIN = "SPADE's own manager never calls a handler again once it has raised"
"""What `Evidence.silenced` means."""


def of_fault(evidence: Evidence, span: FaultSpan, what: str) -> Cause:
    """The cause that a fault of a link or of the server is."""
    is_servers = span.fault in SERVER_FAULTS or span.fault == "stream_error"
    kind = CauseClass.SERVER if is_servers else CauseClass.LINK
    return Cause(kind, f"{what}: {evidence.which(span)}", fault=span.origin)


def raised(evidence: Evidence, agent: str, failure: Failure) -> Cause:
    """An agent's code raised."""
    population = evidence.population(agent)
    where = f" ({failure.place})" if failure.place else ""
    reason = f"code of {population} raised {failure.error} in {failure.where}{where}"
    if evidence.silenced(agent, failure.where) is not None:
        reason += f", and {NEVER_AGAIN}"
    return Cause(CauseClass.USER_CODE, reason, place=failure.place)


def absent(evidence: Evidence, agent: str, t: int) -> Cause | None:
    """Why an agent had no stream at `t`; None where it had one.

    In this order: it died, it has not started, its code or the scenario ended it, its stream
    broke.
    """
    life = evidence.life(agent, t)
    if life == "dead":
        return _unnoticed(evidence, agent, t) or crashed(evidence, agent, t)
    if life == "waiting" and evidence.is_open(agent, t):  # an agent that another one made
        return None
    if life in ("waiting", "starting", "failed"):
        return _not_started(evidence, agent, life, t)
    if life in ("stopping", "stopped"):
        reason = f"the scenario has stopped {evidence.population(agent)} by then"
        return Cause(CauseClass.SCENARIO, reason)
    if evidence.is_open(agent, t):
        return None
    return _without_stream(evidence, agent, t)


def _unnoticed(evidence: Evidence, agent: str, t: int) -> Cause | None:
    """It died, and the server goes on to take it for alive."""
    death = evidence.death(agent, t)
    if death is None or death.result != "unnoticed":
        return None
    entry, population = evidence.entry(death.died.origin), evidence.population(agent)
    reason = f"the server has not noticed that {population} is dead ({entry})"
    return Cause(CauseClass.SERVER, reason, fault=death.died.origin)


def crashed(evidence: Evidence, agent: str, t: int) -> Cause | None:
    """The scenario lets it crash, and it does not come back."""
    death, population = evidence.death(agent, t), evidence.population(agent)
    if death is None:
        return None
    entry = evidence.entry(death.died.origin)
    if evidence.comes_back(agent):
        reason = f"{population} has crashed, and comes back only later ({entry})"
        return Cause(CauseClass.SCENARIO, reason, fault=death.died.origin)
    reason = f"{population} crashes and does not come back in time ({entry})"
    remedy = "give the crash a `restart_after`"
    return Cause(CauseClass.SCENARIO, reason, remedy, fault=death.died.origin)


def _not_started(evidence: Evidence, agent: str, life: str, t: int) -> Cause | None:
    population = evidence.population(agent)
    failures = evidence.failures(agent)
    own = next((failure for failure in failures if failure.place), None)
    if own is not None:
        return raised(evidence, agent, own)
    fault = evidence.fault(agent, ("refuse", "black_hole", "stall", "partition"), 0, t)
    fault = fault or evidence.server_fault(0, t)
    if fault is not None and life != "waiting":
        return of_fault(evidence, fault, f"{population} cannot connect")
    wrong = evidence.latest(agent, ("wrong_password",), t)
    if wrong is not None:
        reason = f"{population} cannot log in: {evidence.which(wrong)}"
        return Cause(CauseClass.SCENARIO, reason, fault=wrong.origin)
    if failures:
        reason = f"{population} did not start: {failures[0].error}"
        kind = CauseClass.USER_CODE if evidence.own_code(agent) else CauseClass.SERVER
        return Cause(kind, reason)
    if life == "starting" and evidence.own_code(agent):
        outcome = evidence.info.outcome(agent)
        return Cause(
            CauseClass.USER_CODE, f"setup() of {population} has not returned: {outcome.reason}"
        )
    again = " again" if evidence.death(agent, t) is not None else ""
    return Cause(CauseClass.SCENARIO, f"{population} has not started{again} by then")


def _without_stream(evidence: Evidence, agent: str, t: int) -> Cause | None:
    """An agent that runs and has no stream."""
    population = evidence.population(agent)
    server = evidence.server_fault(t, t)
    if server is not None:
        return of_fault(evidence, server, "the server is down")
    last = evidence.latest(agent, STOPS_FOR_GOOD, t)
    if last is not None and last.fault == "wrong_password":
        return Cause(
            CauseClass.SCENARIO,
            f"{population} cannot log in again: {evidence.which(last)}",
            fault=last.origin,
        )
    stream = evidence.stream_since(agent, t)
    if last is not None and last.begin >= stream and evidence.session(agent, t) != "suspended":
        reason = (
            f"{population} is a zombie: aioxmpp does not connect again after {evidence.which(last)}"
        )
        return Cause(CauseClass.CLIENT_LIBRARY, reason, fault=last.origin)
    link = evidence.fault(agent, ("refuse",), t) or evidence.link_fault(agent, t, t)
    link = link or evidence.latest(agent, CUTS, t)
    if link is not None:
        return of_fault(evidence, link, f"{population} has no stream")
    if evidence.session(agent, t) in ("closed", "destroyed"):
        return _hung_up(evidence, agent)
    if evidence.session(agent, t) == "suspended":
        return Cause(CauseClass.LINK, f"the stream of {population} is broken")
    return None


def _hung_up(evidence: Evidence, agent: str) -> Cause:
    """An agent that has closed its own stream: it ended itself, or only became unavailable."""
    population, own = evidence.population(agent), evidence.own_code(agent)
    if evidence.runs(agent) and evidence.manager(agent) == "spade":
        return Cause(
            CauseClass.PRESENCE_MANAGER,
            f"SPADE's own manager disconnects {population} when it becomes unavailable",
            "use the documented manager, or become available again first",
        )
    if own:
        return Cause(CauseClass.USER_CODE, f"{own} ends its agents")
    return Cause(CauseClass.SCENARIO, f"a behaviour of {population} disconnects it")


def lost_on_the_way(evidence: Evidence, sender: str, receiver: str, t: int, what: str) -> Cause:
    """Why a stanza that left `sender` at `t` had not reached `receiver` by the end.

    In this order: it was handed to a stream that was ending; a fault of the sender's link, of the
    server, of the receiver's link; it is still under way; nobody was there to hear it; the server
    did not pass it on.
    """
    cut = next(
        (
            span
            for span in evidence.faults_of(sender)
            if span.fault in CUTS
            and span.begin <= t <= span.begin + evidence.patience
            and evidence.stream_since(sender, t) < span.begin
        ),
        None,
    )
    if cut is not None:
        reason = f"{what} was handed to a stream that was over, and was lost: {evidence.which(cut)}"
        return Cause(
            CauseClass.CLIENT_LIBRARY, reason, "ask again after the reconnect", fault=cut.origin
        )
    for agent in (sender, receiver):
        fault = evidence.link_fault(agent, t, t + evidence.patience)
        if fault is not None:
            return of_fault(evidence, fault, f"{what} did not get through")
    server = evidence.server_fault(t, t + evidence.patience)
    if server is not None:
        return of_fault(evidence, server, f"{what} met a server that was down")
    if evidence.end - t <= evidence.patience:
        if evidence.is_past:
            return Cause(CauseClass.LINK, f"{what} was under way (latency)")
        return Cause(CauseClass.LINK, f"{what} was under way at the end", "make the run longer")
    gone = absent(evidence, receiver, evidence.end)
    if gone is not None:
        return gone
    return Cause(CauseClass.SERVER, f"the server did not pass {what} on")
