"""What goes into the file: the models of the registry, their columns, and the rows of an area.

Nothing is mapped by hand. A row belongs to an area by its keys: to the area itself, by a code of
its own (``area_code``), or by what it must refer to. What has neither is common to all areas.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.apps import apps
from django.contrib.gis.db.models import GeometryField
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from pghistory.models import Context

from accounts.encryption import EncryptedTextField
from accounts.models import Member
from grid.models import Area, Level, Responsibility
from handover.models import Leave, Notice
from patrols.models import Patrol, WalkedStretch

#: Whose tables are in the file.
APPS = ("accounts", "grid", "streetlights", "cases", "patrols", "rounds", "handover", "households")
#: Of other apps, what people have made that is nowhere else.
ALSO = ("publish.SavedView",)
#: In the file only where it is asked for by name.
WITH_HOUSEHOLDS = "households"
#: Models that stay where they are, and why: whatever is neither here nor in the file fails a test.
LEFT_OUT: Mapping[str, str] = {
    "accounts.MemberSession": "sessions",
    "accounts.Member_groups": "rights are given anew",
    "accounts.Member_user_permissions": "rights are given anew",
    "cases.Attempt": "traces of senders, kept for minutes",
    "cases.AwaitedPhoto": "uploads under way belong to one server and its tablets",
    "cases.FiguresMade": "worked out again from the events",
    "cases.Follower": "addresses of residents, given to one server",
    "cases.MonthFigures": "worked out again from the events",
    "cases.OpenKey": "keys of programs",
    "grid.AutomaticSplit": "worked out again from the map",
    "grid.NationalDivision": "import_divisions",
    "households.HouseholdImport": "uploads under way",
    "publish.ArchivedReport": "files of one server; reports are made again from what is here",
    "publish.Client": "keys of programs",
    "publish.CoverageChange": "marks of figures that one server keeps",
    "publish.ReportFile": "files of one server; reports are made again from what is here",
    "publish.ReportSchedule": "who gets mail from one server",
    "publish.ReportSchedule_recipients": "who gets mail from one server",
    "publish.SearchName": "worked out again from the names",
    "publish.TileChange": "marks of tiles that one server keeps",
    "sync.Change": "marks of what one server's tablets have yet to fetch",
    "sync.Conflict": "uploads belong to one server and its tablets",
    "sync.Device": "tablets are signed in anew",
    "sync.Operation": "uploads belong to one server and its tablets",
    "sync.Reminder": "what one server's tablets were told",
}
#: Columns that stay where they are; in the new place each gets the default of its field.
COLUMNS_LEFT_OUT: Mapping[str, frozenset[str]] = {
    "accounts.Member": frozenset({"password", "last_login", "is_superuser", "is_staff", "email"}),
    "cases.Case": frozenset({"follow_key"}),
}
#: In the file to be read, never taken in: who looked at which home on this server.
READ_ONLY = frozenset({"households.AccessRecord"})


def tables(*, households: bool) -> list[type[models.Model]]:
    """The models in the file by name, members last: who uses them is known then."""
    found = [
        model
        for app in APPS
        if households or app != WITH_HOUSEHOLDS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label not in LEFT_OUT
    ]
    found += [apps.get_model(label) for label in ALSO]
    found.append(Context)
    return sorted(found, key=lambda model: (model is Member, model._meta.label))


@dataclass(frozen=True)
class Column:
    """``kind`` is its type in a GeoPackage; ``member``: a key of accounts.Member."""

    name: str
    kind: str
    field: Any
    member: bool = False
    encrypted: bool = False

    @property
    def is_geometry(self) -> bool:
        return isinstance(self.field, GeometryField)


_KINDS: tuple[tuple[type, str], ...] = (
    (models.BooleanField, "BOOLEAN"),
    (models.IntegerField, "INTEGER"),
    (models.FloatField, "REAL"),
    (models.BinaryField, "BLOB"),
    (models.DateTimeField, "DATETIME"),
    (models.DateField, "DATE"),
)


def columns(model: type[models.Model]) -> list[Column]:
    """The stored columns: no generated ones, none of those left out."""
    out = COLUMNS_LEFT_OUT.get(model._meta.label, frozenset())
    return [
        _column(one)
        for one in model._meta.concrete_fields
        if not one.generated and one.column and one.column not in out
    ]


def _column(one: Any) -> Column:
    kept = one
    while kept.is_relation:
        kept = kept.target_field
    kind = next((name for of, name in _KINDS if isinstance(kept, of)), "TEXT")
    if isinstance(kept, GeometryField):
        kind = "GEOMETRY" if kept.geom_type == "GEOMETRY" else kept.geom_type
    return Column(
        name=one.column,
        kind=kind,
        field=one,
        member=one.is_relation and one.related_model is Member,
        encrypted=isinstance(kept, EncryptedTextField),
    )


@dataclass
class AreaRows:
    """Which rows of each model belong to the area of ``code`` and below."""

    code: str
    households: bool = False
    _made: dict[type[models.Model], QuerySet] = field(default_factory=dict)

    @cached_property
    def above(self) -> list[str]:
        return [self.code[:level] for level in Level.values if level < len(self.code)]

    @cached_property
    def kept(self) -> list[type[models.Model]]:
        return tables(households=self.households)

    @cached_property
    def is_whole(self) -> bool:
        """Whether no other area is stored: then every row is of this one."""
        others = Area.objects.exclude(code__in=self.above).exclude(code__startswith=self.code)
        return not others.exists()

    def of(self, model: type[models.Model]) -> QuerySet:
        """The rows of one model, in no order. Members are told by who uses them, not here."""
        if self.is_whole and model is not Context:
            return model._base_manager.all()
        if model not in self._made:
            self._made[model] = model._base_manager.filter(self._condition(model))
        return self._made[model]

    def _condition(self, model: type[models.Model]) -> Q:
        if model is Area:
            return Q(code__in=self.above) | Q(code__startswith=self.code)
        if model is Patrol:
            here = WalkedStretch.objects.filter(
                patrol=OuterRef("pk"), segment__community__code__startswith=self.code[:12]
            )
            return Q(Exists(here))
        if model is Context:
            return self._of_events()
        if model is Leave:
            given = Responsibility.objects.filter(area__code__startswith=self.code)
            return Q(member__in=given.values("member"))
        if model is Notice:
            return self._refers(model, "handover") | self._refers(model, "leave")
        if model._meta.label == "publish.SavedView":
            # What is shared with nobody is its owner's, of whatever place.
            return Q(shared_with__startswith=self.code)
        if model._meta.label == "cases.Photo":
            return self._refers(model, "event")
        return self._by_keys(model)

    def _of_events(self) -> Q:
        """What the history's events in the file were made by."""
        made = Q(pk__in=[])
        for model in self.kept:
            if any(one.name == "pgh_context" for one in model._meta.concrete_fields):
                made |= Q(pk__in=self.of(model).exclude(pgh_context=None).values("pgh_context"))
        return made

    def _refers(self, model: type[models.Model], name: str) -> Q:
        related: Any = model._meta.get_field(name).related_model
        return Q(**{f"{name}__in": self.of(related).values("pk")})

    def _by_keys(self, model: type[models.Model]) -> Q:
        """All that it must refer to is in the file, and no area or street of it is elsewhere."""
        condition = Q()
        names = {one.name for one in model._meta.concrete_fields}
        if "area_code" in names:
            condition &= Q(area_code__startswith=self.code)
        for one in model._meta.concrete_fields:
            related = one.related_model
            if not one.is_relation or related not in self.kept or related is Member:
                continue
            if related is model or related is Context:
                continue
            if related is Area:
                inside = Q(**{f"{one.name}__code__startswith": self.code})
                if one.name == "community":
                    inside = Q(community__code__startswith=self.code[:12])
            else:
                inside = self._refers(model, one.name)
            if not one.null:
                condition &= inside
            elif related is Area or related._meta.label == "grid.Street":
                condition &= inside | Q(**{one.name: None})
        return condition
