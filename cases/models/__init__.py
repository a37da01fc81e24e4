"""Cases: faults and incidents at a place, from report to closing."""

from cases.models.attempts import Attempt
from cases.models.cases import Case, CaseQuerySet, Source, State
from cases.models.categories import Category, Crew, DueUnit, Icon, Topic
from cases.models.events import AwaitedPhoto, Event, Photo
from cases.models.figures import FiguresMade, MonthFigures
from cases.models.followers import Follower, OpenKey, Reminder

__all__ = [
    "Attempt",
    "AwaitedPhoto",
    "Case",
    "CaseQuerySet",
    "Category",
    "Crew",
    "DueUnit",
    "Event",
    "FiguresMade",
    "Follower",
    "Icon",
    "MonthFigures",
    "OpenKey",
    "Photo",
    "Reminder",
    "Source",
    "State",
    "Topic",
]
