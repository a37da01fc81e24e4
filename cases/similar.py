"""Open cases that may be the same thing: shown before a report is sent."""

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.db.models import Q, QuerySet

from cases.dispatch import narrowing
from cases.models import Case, Category
from streetlights.models import Lamp

#: Metres within which two reports of a category may be one thing.
NEAR = 30.0
MOST = 5


def similar(
    category: Category, point: Point, lamp: Lamp | None = None, *, public: bool = False
) -> QuerySet[Case]:
    """Open cases of the category within 30 m, or of the same lamp; nearest first, 5 at most.

    ``point`` is EPSG:4326; each case has ``metres`` (a Distance). ``public`` are those that
    anybody may know of. One query.
    """
    near = Q(category=category, location__dwithin=(point, NEAR / 111_000 * 1.2 / narrowing(point)))
    if lamp is not None:
        near |= Q(lamp=lamp)
    found = (
        Case.objects.open()
        .filter(near)
        .annotate(metres=Distance("location", point, spheroid=True))
        .select_related("category", "lamp")
    )
    if public:
        found = found.filter(category__published=True, category__residents=True)
    close = Q(metres__lte=NEAR)
    if lamp is not None:
        close |= Q(lamp=lamp)
    return found.filter(close).order_by("metres", "pk")[:MOST]
