"""What agents do on a subscription request, as a scenario writes it.

A word (``approve``), a word with terms (``approve: {delay: 1s, share: 50%}``), or a list of
both, of which the first that matches is used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, get_args

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from simulator.scenario.language.durations import DurationOrDraw, as_distribution
from simulator.scenario.language.selectors import Selector
from simulator.scenario.language.words import (
    OrElse,
    OrOneItem,
    Positive,
    Share,
    Words,
    nearest,
    quoted,
    wrong,
)
from simulator.scenario.plan import Decision, PolicyRule

DECISIONS: tuple[Decision, ...] = get_args(Decision)


class Terms(Words):
    """When a rule applies, and to whom."""

    delay: DurationOrDraw | None = Field(
        None, description="How long the answer takes: a duration or a distribution."
    )
    share: Share = Field(
        1.0,
        description="Applies to this share of the askers, drawn for each of them.",
    )
    askers: Selector | None = Field(
        None, alias="from", description="Applies to these askers only. Omitted: to everybody."
    )
    limit: Positive | None = Field(
        None, description="Applies to the first so many askers only. Omitted: no limit."
    )


class Ignoring(Words):
    """Whose requests are ignored."""

    share: Share = Field(
        1.0,
        description="Applies to this share of the askers, drawn for each of them.",
    )
    askers: Selector | None = Field(
        None, alias="from", description="Applies to these askers only. Omitted: to everybody."
    )


def _no_terms(value: object) -> object:
    return {} if value is None else value


RuleTerms = Annotated[Terms | None, BeforeValidator(_no_terms)]


class Rule(Words):
    """One rule. It has exactly one key, which is the decision."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    approve: RuleTerms = Field(None, description="Approve the request.")
    approve_and_subscribe: RuleTerms = Field(
        None, description="Approve the request, and ask for the asker's presence in return."
    )
    deny: RuleTerms = Field(None, description="Refuse the request.")
    ignore: Annotated[Ignoring | None, BeforeValidator(_no_terms)] = Field(
        None, description="Do not answer the request."
    )
    approve_all: RuleTerms = Field(
        None, description="SPADE's own `approve_all`, which approves every request."
    )

    @model_validator(mode="after")
    def _one_decision(self) -> Rule:
        if len(self.model_fields_set) != 1:
            raise wrong("a rule needs exactly one decision", _DECISION_WORDS)
        return self

    @property
    def decision(self) -> Decision:
        """The key of the rule."""
        return next(word for word in DECISIONS if word in self.model_fields_set)

    @property
    def terms(self) -> Terms | Ignoring:
        """What stands under the key."""
        terms: Terms | Ignoring = getattr(self, self.decision)
        return terms

    def plan(self, resolve: Callable[[Selector], frozenset[str]]) -> PolicyRule:
        """The rule as the plan has it; `resolve` turns a selector of askers into their names."""
        terms = self.terms
        delay = terms.delay if isinstance(terms, Terms) else None
        return PolicyRule(
            decision=self.decision,
            delay=None if delay is None else as_distribution(delay),
            share=terms.share,
            askers=None if terms.askers is None else resolve(terms.askers),
            limit=terms.limit if isinstance(terms, Terms) else None,
        )


_DECISION_WORDS = "one of " + ", ".join(f"`{word}`" for word in DECISIONS)


def _expand_word(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value not in DECISIONS:
        raise wrong(f"unknown decision {quoted(value)}", nearest(value, DECISIONS))
    return {value: {}}


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else [value]


WordOrRule = Annotated[Rule, BeforeValidator(_expand_word), OrElse({"enum": list(DECISIONS)})]
Rules = Annotated[
    tuple[WordOrRule, ...], Field(min_length=1), BeforeValidator(_as_list), OrOneItem()
]
"""The rules of a population; the first that matches is used."""
