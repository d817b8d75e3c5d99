from __future__ import annotations

import pytest

from eventlog.decider import Refused
from services.escalation.domain.escalation.facts import Grouped
from services.escalation.domain.escalation.joining import require_free
from tests.unit.escalation.story import GROUP, LEFT, later, note, routed, state_of

JOINED = Grouped(group=GROUP, role="follower", stage="followers")
OTHER_GROUP = "018f0000-0000-8000-8000-00000000beef"


def test_complaint_is_put_into_a_group_for_its_own_person_only() -> None:
    state = state_of(routed)

    require_free(state, GROUP, state.person)
    with pytest.raises(Refused, match="not_this_persons"):
        require_free(state, GROUP, "018f0000-0000-8000-8000-00000000dead")


def test_complaint_is_in_one_group_at_a_time() -> None:
    joined = routed.having(note(JOINED, later(hours=1)))
    left = joined.having(note(LEFT, later(hours=2)))

    require_free(state_of(joined), GROUP, state_of(joined).person)
    with pytest.raises(Refused, match="in_another_group"):
        require_free(state_of(joined), OTHER_GROUP, state_of(joined).person)
    require_free(state_of(left), OTHER_GROUP, state_of(left).person)
