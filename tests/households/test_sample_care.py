"""The sample's households, played in the small town."""

from collections import Counter

from fixtures import care
from households.daily import climb
from households.models import BuildingHead, CarePlan, Household, Visit
from publish.care_counts import publish_week
from tests.households.care import NOW, TODAY
from tests.households.homes import by_job
from tests.town import Town


def test_plans_of_every_kind_and_visits_up_to_today(town: Town) -> None:
    assert care.play(town.community, homes=40, now=NOW) == 40
    with by_job():
        assert set(Household.objects.values_list("simulated", flat=True)) == {True}
        states = Counter(Visit.objects.values_list("state", flat=True))
        assert set(states) == {"planned", "done", "nobody_home", "declined"}
        assert not Visit.objects.filter(at__gt=NOW).exists()
        standing = CarePlan.objects.in_force(TODAY)
        assert standing.count() == 38
        assert Visit.objects.filter(state="planned", plan__in=standing).count() == 38
        assert Visit.objects.filter(state="planned", planned_for__lt=TODAY).exists()
        assert CarePlan.objects.filter(ends_on__lt=TODAY).count() == 1
        assert CarePlan.objects.exclude(withdrawn_at=None).count() == 1
        assert len(set(standing.values_list("cadence", flat=True))) >= 4
        assert BuildingHead.objects.count() == 2
        assert climb(NOW) == 0


def test_playing_again_changes_nothing(town: Town) -> None:
    care.play(town.community, homes=6, now=NOW)
    with by_job():
        before = Visit.objects.count()
    assert care.play(town.community, homes=6, now=NOW) == 0
    with by_job():
        assert Visit.objects.count() == before
    assert publish_week(NOW) > 0
