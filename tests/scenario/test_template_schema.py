"""What `simulator new` writes is what `simulator schema` calls valid."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario import json_schema
from simulator.scenario.reading.yaml_source import parse_yaml
from simulator.scenario.template import FAULTS, GRAPHS, Answers, write_scenario

jsonschema = pytest.importorskip("jsonschema")  # comes with the notebooks
SCHEMA = jsonschema.Draft202012Validator(json_schema())


@given(
    st.builds(
        Answers,
        name=st.sampled_from(["My agents", "yes", '"{quoted}": #1']),
        agents=st.integers(2, 300),
        graph=st.sampled_from(sorted(GRAPHS)),
        approve_delay=st.sampled_from(["0s", "200ms", "1.5s", "2min"]),
        faults=st.lists(st.sampled_from(sorted(FAULTS)), unique=True).map(tuple),
    )
)
def test_the_schema_calls_valid_whatever_new_can_write(answers: Answers) -> None:
    document = parse_yaml(write_scenario(answers), "new", Path.cwd()).data
    SCHEMA.validate(document)
