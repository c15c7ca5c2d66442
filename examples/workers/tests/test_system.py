"""The whole system under the simulator. The fixture `scenario` comes with the simulator."""

import pytest

FIRST = {"populations.dispatcher.agent": "workers:TrustingDispatcher"}
REPAIRED = {"populations.dispatcher.agent": "workers:CarefulDispatcher"}


@pytest.mark.parametrize("version", [FIRST, REPAIRED], ids=["first", "repaired"])
@pytest.mark.parametrize("file", ["calm.yaml", "server_restart.yaml"])
def test_it_works(scenario, file, version):
    scenario(f"../{file}", overrides=version)


def test_a_power_cut_costs_time_and_no_job(scenario):
    run = scenario("../power_cut.yaml", overrides=REPAIRED)
    assert run.summary["agent_outcomes"]["ok"] == 5


def test_the_bug_that_a_power_cut_showed(scenario):
    run = scenario("../power_cut.yaml", verdict="fail", overrides=FIRST)
    (failed,) = [check for check in run.verdict.checks if check.verdict == "fail"]
    assert "received available from dispatcher show xa) did not come" in failed.evidence


@pytest.mark.parametrize("seed", ["2", "3", "4"])
def test_the_repair_does_not_hang_on_luck(scenario, seed):
    scenario("../power_cut.yaml", overrides=REPAIRED | {"seed": seed})
