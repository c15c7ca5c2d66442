"""How many ways to a server a plan needs. What goes wrong on them: test_faults.py."""

from dataclasses import replace

from simulator.scenario.plan import FaultPlan, PresencePlan, ResourcePlan
from simulator.servers.real.network import connections_needed
from simulator.servers.real.proxy import FILES
from tests.servers.helpers import plan_of


def test_every_session_has_a_connection_and_every_session_that_is_hit_a_proxy():
    plan = plan_of(3)
    assert connections_needed(plan) == 3
    phone = ResourcePlan("phone", PresencePlan())
    first, *others = plan.agents
    plan = replace(plan, agents=(replace(first, extra_resources=(phone,)), *others))
    assert connections_needed(plan) == 4
    cut = FaultPlan(at=0, kind="reset", origin="faults[0]", agents=(first.name,))
    assert connections_needed(replace(plan, faults=(cut,))) == 4 + 2 * FILES
    odd = replace(cut, kind="conflict")
    assert connections_needed(replace(plan, faults=(odd,))) == 4
