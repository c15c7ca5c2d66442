"""Section 2, one roster on its own."""

from __future__ import annotations

import pytest

from simulator.errors import StanzaRefused
from simulator.rfc6121.roster import NAME_LIMIT, Roster
from simulator.rfc6121.stanza import RosterChange, RosterItem
from simulator.rfc6121.subscription import SubscriptionState

NURSE = "nurse@example.org"


@pytest.fixture
def roster() -> Roster:
    return Roster("juliet@example.org")


def refusal_of(roster: Roster, *changes: RosterChange) -> tuple[str, str]:
    with pytest.raises(StanzaRefused) as refused:
        roster.change(changes)
    return refused.value.condition, refused.value.error_type


def test_2_3_a_new_item_has_name_groups_and_no_subscription(roster):
    item = roster.change([RosterChange(NURSE, name="Nurse", groups=("Servants", "Friends"))])
    expected = RosterItem(NURSE, "none", name="Nurse", groups=("Friends", "Servants"))
    assert item == expected
    assert roster.items() == (expected,)


def test_2_4_an_update_replaces_name_and_groups_and_keeps_the_subscription(roster):
    roster.change([RosterChange(NURSE, name="Nurse", groups=("Servants",))])
    roster.apply("outbound", "subscribe", NURSE)
    assert roster.change([RosterChange(NURSE)]) == RosterItem(NURSE, "none", ask=True)


def test_2_3_3_more_than_one_item_is_a_bad_request(roster):
    pair = RosterChange(NURSE), RosterChange("mother@example.org")
    assert refusal_of(roster, *pair) == ("bad-request", "modify")
    assert roster.items() == ()


def test_2_3_3_no_item_is_a_bad_request(roster):
    assert refusal_of(roster) == ("bad-request", "modify")


def test_2_3_3_a_duplicate_group_is_a_bad_request(roster):
    change = RosterChange(NURSE, groups=("Servants", "Servants"))
    assert refusal_of(roster, change) == ("bad-request", "modify")


@pytest.mark.parametrize(
    "change",
    [
        RosterChange(NURSE, name="n" * (NAME_LIMIT + 1)),
        RosterChange(NURSE, groups=("",)),
        RosterChange(NURSE, groups=("g" * (NAME_LIMIT + 1),)),
    ],
    ids=["oversized handle", "empty group", "oversized group"],
)
def test_2_3_3_not_acceptable(roster, change):
    assert refusal_of(roster, change) == ("not-acceptable", "modify")
    assert roster.items() == ()


def test_2_3_3_the_longest_name_is_accepted(roster):
    name = "n" * NAME_LIMIT
    assert roster.change([RosterChange(NURSE, name=name, groups=(name,))]).name == name


def test_2_3_3_the_own_account_is_not_allowed(roster):
    assert refusal_of(roster, RosterChange("juliet@example.org")) == ("not-allowed", "cancel")


def test_2_5_removal_gives_the_state_that_was(roster):
    roster.apply("outbound", "subscribe", NURSE)
    assert roster.remove([RosterChange(NURSE, remove=True)]) == (
        NURSE,
        SubscriptionState.NONE_OUT,
    )
    assert roster.items() == ()
    assert roster.state(NURSE) is SubscriptionState.NONE


def test_2_5_3_an_absent_item_is_not_found(roster):
    with pytest.raises(StanzaRefused) as refused:
        roster.remove([RosterChange(NURSE, remove=True)])
    assert refused.value.condition == "item-not-found"


def test_2_5_3_a_hidden_request_is_not_found_and_stays(roster):
    roster.apply("inbound", "subscribe", NURSE)
    with pytest.raises(StanzaRefused):
        roster.remove([RosterChange(NURSE, remove=True)])
    assert roster.state(NURSE) is SubscriptionState.NONE_IN


def test_3_1_3_a_request_makes_no_item(roster):
    change = roster.apply("inbound", "subscribe", NURSE)
    assert change.after is SubscriptionState.NONE_IN
    assert change.item is None
    assert roster.items() == ()


def test_a_1_a_request_of_a_listed_contact_leaves_the_item_as_it_is(roster):
    item = roster.change([RosterChange(NURSE, name="Nurse")])
    assert roster.apply("inbound", "subscribe", NURSE).item is None
    assert roster.items() == (item,)


def test_3_2_2_a_denied_request_leaves_no_item(roster):
    roster.apply("inbound", "subscribe", NURSE)
    assert roster.apply("outbound", "unsubscribed", NURSE).item is None
    assert roster.items() == ()


def test_3_1_5_approval_makes_the_item(roster):
    roster.apply("inbound", "subscribe", NURSE)
    assert roster.apply("outbound", "subscribed", NURSE).item == RosterItem(NURSE, "from")


def test_3_4_2_pre_approval_makes_an_item_and_stays_at_home(roster):
    change = roster.apply("outbound", "subscribed", NURSE)
    assert change.item == RosterItem(NURSE, "none", approved=True)
    assert not change.forward


@pytest.mark.parametrize("state", ["From", "From + Pending Out", "Both"])
def test_3_4_2_to_who_sees_already_it_is_ignored(roster, state):
    roster.apply("inbound", "subscribe", NURSE)
    roster.apply("outbound", "subscribed", NURSE)
    if state != "From":
        roster.apply("outbound", "subscribe", NURSE)
    if state == "Both":
        roster.apply("inbound", "subscribed", NURSE)
    assert str(roster.state(NURSE)) == state
    assert roster.apply("outbound", "subscribed", NURSE).item is None
    assert not roster.is_pre_approved(NURSE)


def test_3_2_2_unsubscribed_takes_the_pre_approval_back_and_keeps_the_item(roster):
    roster.apply("outbound", "subscribed", NURSE)
    change = roster.apply("outbound", "unsubscribed", NURSE)
    assert change.item == RosterItem(NURSE, "none")
    assert not change.forward
    assert not roster.is_pre_approved(NURSE)


def test_2_6_3_nothing_is_pushed_when_nothing_shown_has_changed(roster):
    roster.apply("outbound", "subscribe", NURSE)
    assert roster.apply("outbound", "subscribe", NURSE).item is None


def test_3_1_3_strangers_that_come_to_nothing_take_no_room(roster):
    roster.apply("outbound", "unsubscribe", NURSE)
    roster.apply("inbound", "subscribe", NURSE)
    roster.apply("inbound", "unsubscribe", NURSE)
    assert roster._entries == {}
