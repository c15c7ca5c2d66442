"""What a run gives as tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from simulator.analysis import frames
from simulator.analysis.measurement import Measurement

if TYPE_CHECKING:
    import polars as pl


class Tables(ABC):
    """The tables of a run, all of its `measurement`.

    Each is a polars `DataFrame` in tidy form: one row per observation, units in the column names
    (``_s`` is seconds). ``.to_pandas()`` is at hand on each. What could not be measured is null.
    """

    @property
    @abstractmethod
    def measurement(self) -> Measurement:
        """What they tell of."""

    def agents(self) -> pl.DataFrame:
        """One row per planned agent, in the order of the plan.

        `agent`, `population`, `resource`, `manager`; `outcome`: ok, failed or unknown;
        `reason` where it is not ok.
        """
        return frames.measures.agents(self.measurement)

    def availability(self) -> pl.DataFrame:
        """One row per span in which a resource was actually available with one show.

        `agent`, `resource`, `show` ("" for none), `begin_s`, `end_s`.
        """
        return frames.measures.availability(self.measurement)

    def sights(self) -> pl.DataFrame:
        """One row per span in which an authorised watch stood one way.

        `watcher`, `contact`; `sight`: right, ghost (seen available, is not), blind (seen
        unavailable, is available) or mislabelled (other show or resources); `begin_s`, `end_s`.
        """
        return frames.measures.sights(self.measurement)

    def convergence(self) -> pl.DataFrame:
        """One row per change of a convergence share; it holds until the next row's time.

        `figure`: roster or availability; `time_s`; `right` of `total`; `share`, null of nothing.
        """
        return frames.measures.convergence(self.measurement)

    def phases(self) -> pl.DataFrame:
        """One row per phase: the plan's entries, and how long each took to converge.

        `phase` (number), `name`, `begin_s`, `disturbance_s` (its last action), `end_s` (of its
        window); `declared_time_to_converge_s`, `roster_time_to_converge_s` and
        `availability_time_to_converge_s`, null with `declared_never`, `roster_never` or
        `availability_never` where it did not converge, null without where there was nothing to
        converge.
        """
        return frames.measures.phases(self.measurement)

    def watches(self) -> pl.DataFrame:
        """One row per watch that the scenario's subscriptions declare.

        `watcher`, `contact`; `state` at the end: in_force, pending, refused, ended, not_asked,
        lost, or undeclared (the timeline ended it); `since_s`; `declared_s`: from when it is
        wanted; `prescribed`: the scenario itself lets it be refused; `ended_by`; `origin`: the
        plan's entry.
        """
        return frames.watches.watches(self.measurement)

    def propagation(self) -> pl.DataFrame:
        """One row per presence change and watch of the contact that changed.

        `change` (number), `contact`, `resource`, `available`, `show`, `issued_s`; `accepted_s`,
        when the server took it from the agent, null where the server made the change itself or
        cannot be looked into; `watcher`; `delivery`: delivered, superseded, lost or not_due;
        `received_s` and `latency_s`, null where it was not delivered.
        """
        return frames.measures.propagation(self.measurement)

    def staleness(self) -> pl.DataFrame:
        """One row per watch that was ever authorised.

        `watcher`, `contact`, `authorised_s`, and how much of it was `ghost_s`, `blind_s` and
        `mislabelled_s`.
        """
        return frames.measures.staleness(self.measurement)

    def faults(self) -> pl.DataFrame:
        """One row per fault of the scenario and agent that it hit, in the order of their begins.

        `origin` (the plan's entry), `fault` (its kind); `agent`, null for the server's own;
        `begin_s`, `end_s`: the same where it was over at once, and the end of the observation
        where it lasted until then.
        """
        return frames.faults.faults(self.measurement)

    def deaths(self) -> pl.DataFrame:
        """One row per agent that crashed or was cut off and could tell nobody.

        `agent`, `cause`, `origin`, `died_s`; `result`: noticed (the server held none of its
        resources available any more), back (the server accepted its presence again, or the
        partition ended) or unnoticed; `over_s`: when, null where it was unnoticed.
        """
        return frames.faults.deaths(self.measurement)

    def fault_effects(self) -> pl.DataFrame:
        """One row per fault that began, in the order of their begins: what it did.

        `origin`, `fault`, `begin_s`, `end_s`; `agents`: how many it hit (all of the plan for a
        fault of the server). `recovery_p50_s`, `recovery_max_s`: from its begin until an agent was
        connected and saw, and was seen, rightly; `unrecovered`: how many agents were not, before
        the next fault hit them or the run ended. `detection_p50_s`, `detection_max_s`,
        `undetected`: of deaths, per watcher. `reconnects`: of these agents. `lost`, `superseded`:
        deliveries from and to them. `ghost_s`, `blind_s`, `mislabelled_s`: watch-seconds in which
        they saw, or were seen, wrongly. All from the fault's begin until recovery.
        """
        return frames.faults.effects(self.measurement)

    def causes(self) -> pl.DataFrame:
        """One row per declared watch that is not in force, and per time of wrong sight.

        `watcher`, `contact`; `what`: the state, or ghost, blind, mislabelled; `begin_s`, `end_s`;
        `cause`, `reason`, `remedy`; `fault` (its entry); `place` (in user code); `prescribed`.
        """
        return frames.faults.causes(self.measurement)

    def detection(self) -> pl.DataFrame:
        """One row per death and authorised watcher that saw the agent available.

        `agent`, `cause`, `origin`, `died_s`, `watcher`; `result`: detected, undetected or not
        due; `detection_s`, null unless detected.
        """
        return frames.faults.detection(self.measurement)

    def messages(self) -> pl.DataFrame:
        """One row per message that an agent sent, in order.

        `sent_s`, `sender`, `receiver`, `performative`, `thread`; `metadata`: the rest of it, as
        JSON; `size_bytes`: of the body; `body`, as much of it as was recorded; `route`: server or
        container; `delivery`: delivered, undelivered, under_way (sent so late that it may still
        have arrived) or unseen (to somebody outside the scenario); `received_s` and `latency_s`,
        null where it did not arrive; `receipts`: how many sessions it reached; `error`: the
        condition with which it came back.
        """
        return frames.work.messages(self.measurement)

    def values(self) -> pl.DataFrame:
        """One row per value that an agent kept, each time that it changed.

        `time_s`, `agent`, `name`; `value`, as JSON; `number`: a number itself, a list or a mapping
        by its length, else null; `source`: knowledge (the agent's knowledge base) or attribute
        (read at the end, because the scenario observes it); `absent`: why it could not be read.
        """
        return frames.work.values(self.measurement)

    def rosters(self) -> pl.DataFrame:
        """One row per roster entry at the end, in its four views.

        `agent`, `peer`; `declared`: to, from or both, by the watches that the scenario declares,
        null without one; `expected` ("a or b" where actions crossed), `expected_pending_in`;
        `served` (null: nobody could read it), `served_at_end` (asked at the end, else the last
        push); `believed` (null: not read), `believed_available`, `believed_show`; `right`: is
        served as expected. Entries read ``both``, ``none + ask``, ``absent``.
        """
        return frames.measures.rosters(self.measurement)

    def belief_divergence(self) -> pl.DataFrame:
        """One row per entry where the agent believes other than the server holds, at the end.

        `agent`, `peer`, `believed`, `served`.
        """
        return frames.measures.divergence(self.measurement)
