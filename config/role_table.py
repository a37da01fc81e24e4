"""Who finds which door open: every address of the site × every role × own and other area.

``manage.py roles`` prints it, docs/roles.md holds it, and tests/test_roles.py knocks at each door
to see whether it is true; an address without a row fails there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Who(StrEnum):
    """Somebody without an account, and the roles; ``accounts.models.Role`` has the same words."""

    NOBODY = "nobody"
    WORKER = "worker"
    COORDINATOR = "coordinator"
    LEADER = "leader"
    CREW = "crew"
    VOLUNTEER = "volunteer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Answer(StrEnum):
    """What a door does. A door that opens may still find fault with what is sent to it."""

    OPENS = "opens"
    #: The page or list is there; what the asker may not know of is not in it.
    WITHOUT = "opens, without it"
    ASKS = "asks to sign in"
    REFUSES = "refuses"
    HIDES = "hides"


#: The answer about the own area, and about another.
Answers = tuple[Answer, Answer]
OPENS, WITHOUT, ASKS, REFUSES, HIDES = Answer
#: Where it makes no difference whose area it is.
OPEN, ASKED, REFUSED, HIDDEN = (OPENS,) * 2, (ASKS,) * 2, (REFUSES,) * 2, (HIDES,) * 2


def _doors(everybody: Answers, **others: Answers) -> Mapping[Who, Answers]:
    """The same for all, but for those who are named."""
    return {who: others.get(who.value, everybody) for who in Who}


def _scoped(inside: Answers, outside: Answers, **others: Answers) -> Mapping[Who, Answers]:
    """What goes by area: the usual roles, those who have no area of their own, and exceptions."""
    return _doors(
        inside,
        **{
            "nobody": ASKED,
            "administrator": (inside[0],) * 2,
            "crew": outside,
            "volunteer": outside,
            **others,
        },
    )


#: For anybody; also what residents see, and what tells nothing about a place or a person.
PUBLIC = _doors(OPEN)
#: For whoever has the link or key; the address alone opens nothing.
SECRET = _doors(HIDDEN)
KEY = _doors(REFUSED)
#: For every member, whatever the area: places, responsibilities, one's own account.
MEMBERS = _doors(OPEN, nobody=ASKED)
#: One's own alone; everybody else's is not there.
OWN = _doors(HIDDEN, nobody=ASKED)
TILES = _doors(OPEN, nobody=REFUSED)
SIGN_IN = _doors(ASKED)
#: When streets were walked and how much, and what follows from it.
FIGURES = _scoped((OPENS, REFUSES), REFUSED)
#: Counts of care, of which none tells of few households: for every role in its area.
COUNTS = _scoped((OPENS, REFUSES), (OPENS, REFUSES))
#: Views of the map that are shared with an area: for every role in it.
SHARED = _scoped((OPENS, HIDES), (OPENS, HIDES))
SHARED_LIST = _scoped((OPENS, WITHOUT), (OPENS, WITHOUT))
#: Rounds of areas: for every role that sees figures of them.
ROUNDS = _scoped((OPENS, WITHOUT), (WITHOUT, WITHOUT))
ROUND = _scoped((OPENS, HIDES), HIDDEN)
#: Patrols one by one: who walked where.
PATROLS = _scoped((OPENS, WITHOUT), (WITHOUT, WITHOUT))
PATROL = _scoped((OPENS, HIDES), HIDDEN)
#: Only its walker changes a patrol; to the others it is there, or not.
OWN_PATROL = _scoped((REFUSES, HIDES), HIDDEN)
#: Reports are seen by who sees figures of their area, and made by who decides there.
REPORTS = _scoped((OPENS, WITHOUT), (WITHOUT, WITHOUT))
REMADE = _scoped((OPENS, HIDES), HIDDEN, worker=(REFUSES, HIDES), auditor=(REFUSES, HIDES))
#: Cases; the crew's here is one that was given to it.
CASES = _scoped((OPENS, WITHOUT), (WITHOUT, WITHOUT), crew=(OPENS, WITHOUT))
CASE = _scoped((OPENS, HIDES), HIDDEN, crew=(OPENS, HIDES))
PHOTO = {**CASE, Who.NOBODY: HIDDEN}
#: Lamps are everybody's to see; who reports and who changes the wiring is a matter of role.
SEEING = _scoped((OPENS, REFUSES), (OPENS, REFUSES), auditor=REFUSED)
WIRING = _scoped((OPENS, REFUSES), REFUSED, crew=(OPENS, REFUSES), worker=REFUSED, auditor=REFUSED)
#: Cells are drawn where one coordinates, below what one leads, or as administrator.
DRAWING = _scoped((OPENS, REFUSES), REFUSED, worker=REFUSED, auditor=REFUSED)
#: What a tablet carries of a cell, for those who go out with one.
CARRIED = _doors(
    HIDDEN,
    nobody=ASKED,
    **dict.fromkeys(("worker", "coordinator", "volunteer"), (OPENS, HIDES)),
)
#: The administration: all or nothing.
ADMIN = _doors(REFUSED, nobody=ASKED, administrator=OPEN)


def _homes(inside: Answers, **others: Answers) -> Mapping[Who, Answers]:
    """Households: who works in the cell, and who coordinates its community; nobody else."""
    return _doors(REFUSED, nobody=ASKED, **{"worker": inside, "coordinator": inside, **others})


CARE = _homes(OPEN)
HOMES = _homes((OPENS, WITHOUT))
HOME = _homes(
    (OPENS, HIDES),
    **{who.value: HIDDEN for who in (Who.LEADER, Who.CREW, Who.VOLUNTEER, Who.AUDITOR)},
    administrator=HIDDEN,
)
#: Files of homes to take in: a coordinator's own uploads, in a community they coordinate.
IMPORTS = _doors(REFUSED, nobody=ASKED, coordinator=OPEN)
IMPORT = _doors(REFUSED, nobody=ASKED, coordinator=(OPENS, HIDES))
#: Changes of one home, refused to who has no homes before it is looked for.
CHANGED_HOME = _homes((OPENS, HIDES))
#: What cannot be undone is the coordinator's.
ERASED_HOME = {**HOME, Who.WORKER: (REFUSES, HIDES)}
#: Who looked at homes: everybody finds their own records, these two also those of others.
RECORDS = _doors(
    (WITHOUT, WITHOUT), nobody=ASKED, coordinator=(OPENS, WITHOUT), auditor=(OPENS, WITHOUT)
)
#: What tablets sent and was not taken in: whoever decides there.
_DECIDING = ("coordinator", "leader")
OFFICE = _doors(
    REFUSED,
    nobody=ASKED,
    administrator=OPEN,
    **dict.fromkeys(_DECIDING, (OPENS, WITHOUT)),
)
WAITING = _doors(
    REFUSED,
    nobody=ASKED,
    administrator=OPEN,
    **dict.fromkeys(_DECIDING, (OPENS, HIDES)),
)
CONFLICT = _doors(
    HIDDEN,
    nobody=ASKED,
    administrator=OPEN,
    **dict.fromkeys(_DECIDING, (OPENS, HIDES)),
)


#: Giving responsibilities, where no single one is named.
DECIDING = _doors(REFUSED, nobody=ASKED, administrator=OPEN, **dict.fromkeys(_DECIDING, OPEN))


@dataclass(frozen=True)
class Row:
    """One address, asked in one way; ``route`` is as Django's resolver joins it."""

    method: str
    route: str
    doors: Mapping[Who, Answers]


#: One line for each address and way of asking. A route that ends in ``*`` stands for all below it.
ROWS = [
    Row("GET", "", MEMBERS),
    # The tablet's shell: the same for everybody, and who is signed in in this browser.
    Row("GET", "field/", PUBLIC),
    Row("GET", "field/sw.js", PUBLIC),
    Row("GET", "field/matching.js", PUBLIC),
    Row("GET", "field/manifest.webmanifest", PUBLIC),
    Row("GET", "field/icon-<slug:name>.png", PUBLIC),
    Row("GET", "field/session.json", PUBLIC),
    Row("GET", "tiles/<str:layer>/<str:z>/<str:x>/<str:y>.mvt", TILES),
    # Without an account
    Row("GET", "l/<str:lamp>", PUBLIC),
    Row("GET", "l/id/<int:lamp>", PUBLIC),
    Row("GET", "report/", PUBLIC),
    Row("POST", "report/", PUBLIC),
    Row("GET", "report/around/", PUBLIC),
    Row("POST", "report/photos/", PUBLIC),
    Row("GET", "report/search/", PUBLIC),
    Row("GET", "report/pictures/<str:token>.jpg", SECRET),
    Row("GET", "report/follow/<uuid:key>/", PUBLIC),
    Row("POST", "report/follow/<uuid:key>/", PUBLIC),
    Row("GET", "report/follow/<uuid:key>/photos/<uuid:photo>/<photo_size:size>.jpg", PUBLIC),
    Row("GET", "report/stop/<str:token>/", SECRET),
    Row("GET", "open311/v2/discovery.<open311:form>", PUBLIC),
    Row("GET", "open311/v2/services.<open311:form>", PUBLIC),
    Row("GET", "open311/v2/services/<slug:code>.<open311:form>", PUBLIC),
    Row("GET", "open311/v2/requests.<open311:form>", PUBLIC),
    Row("POST", "open311/v2/requests.<open311:form>", KEY),
    Row("GET", "open311/v2/requests/<str:number>.<open311:form>", PUBLIC),
    Row("GET", "open311/v2/tokens/<str:token>.<open311:form>", SECRET),
    Row("GET", "sign-in/", PUBLIC),
    Row("POST", "sign-in/", PUBLIC),
    Row("GET", "sign-in/code/", SIGN_IN),
    Row("POST", "sign-in/code/", SIGN_IN),
    Row("POST", "sign-out/", SIGN_IN),
    Row("POST", "language/", PUBLIC),
    # One's own account
    Row("GET", "account/", MEMBERS),
    Row("POST", "account/", MEMBERS),
    Row("POST", "account/sign-out/", MEMBERS),
    Row("POST", "account/sign-out/<uuid:number>/", MEMBERS),
    Row("GET", "account/second-factor/", MEMBERS),
    Row("POST", "account/second-factor/", MEMBERS),
    Row("GET", "account/recovery-codes/", MEMBERS),
    Row("POST", "account/recovery-codes/", MEMBERS),
    # Cases
    Row("GET", "cases/", CASES),
    Row("GET", "cases/new/", MEMBERS),
    Row("POST", "cases/new/", MEMBERS),
    Row("GET", "cases/triage/", MEMBERS),
    Row("GET", "cases/claims/", MEMBERS),
    Row("GET", "cases/lamps/", MEMBERS),
    Row("GET", "cases/rates/", MEMBERS),
    Row("GET", "cases/export.csv", CASES),
    Row("GET", "cases/export.xlsx", MEMBERS),
    Row("GET", "cases/<int:number>/", CASE),
    Row("POST", "cases/<int:number>/", CASE),
    Row("GET", "photos/<uuid:photo>/<photo_size:size>.jpg", PHOTO),
    Row("POST", "api/v1/photos/", MEMBERS),
    Row("GET", "api/v1/categories/", MEMBERS),
    Row("GET", "api/v1/cases/", CASES),
    Row("POST", "api/v1/cases/", MEMBERS),
    Row("GET", "api/v1/cases/map/", CASES),
    Row("GET", "api/v1/cases/similar/", MEMBERS),
    Row("GET", "api/v1/cases/<int:pk>/", CASE),
    Row("POST", "api/v1/cases/<int:pk>/steps/", CASE),
    # Places, and who is responsible for them
    Row("GET", "api/v1/", PUBLIC),
    Row("GET", "api/v1/docs/", PUBLIC),
    Row("GET", "api/v1/schema/", PUBLIC),
    Row("GET", "api/v1/me/", MEMBERS),
    Row("GET", "api/v1/live/", MEMBERS),
    Row("GET", "api/v1/start/", MEMBERS),
    Row("GET", "api/v1/here/", MEMBERS),
    Row("GET", "api/v1/responsible/", MEMBERS),
    Row("GET", "api/v1/areas/", MEMBERS),
    Row("GET", "api/v1/areas/<str:code>/", MEMBERS),
    Row("GET", "api/v1/divisions-of-china/", MEMBERS),
    Row("GET", "api/v1/streets/", MEMBERS),
    Row("GET", "api/v1/streets/<int:pk>/", MEMBERS),
    Row("GET", "api/v1/buildings/", MEMBERS),
    Row("GET", "api/v1/service-points/", MEMBERS),
    # Walks and what follows from them
    Row("GET", "api/v1/freshness/", FIGURES),
    Row("GET", "api/v1/coverage/", FIGURES),
    Row("GET", "api/v1/series/", FIGURES),
    Row("GET", "api/v1/history/", FIGURES),
    Row("GET", "api/v1/history/cases/", CASES),
    Row("GET", "api/v1/difference/", FIGURES),
    Row("GET", "api/v1/plan/", FIGURES),
    Row("GET", "api/v1/darkness/", FIGURES),
    Row("GET", "api/v1/segments/", PATROLS),
    Row("GET", "api/v1/segments/<int:pk>/", PATROLS),
    Row("GET", "api/v1/patrols/", PATROLS),
    Row("POST", "api/v1/patrols/", MEMBERS),
    Row("GET", "api/v1/patrols/<uuid:pk>/", PATROL),
    Row("GET", "api/v1/patrols/<uuid:pk>/track/", PATROL),
    Row("PUT", "api/v1/patrols/<uuid:pk>/nothing-wrong/", OWN_PATROL),
    Row("DELETE", "api/v1/patrols/<uuid:pk>/nothing-wrong/", OWN_PATROL),
    # Searching
    Row("GET", "api/v1/search/", MEMBERS),
    # Selecting, within one's areas; each case's own steps say who may act
    Row("POST", "api/v1/selection/", MEMBERS),
    Row("POST", "api/v1/selection/cases/", MEMBERS),
    Row("POST", "api/v1/selection/lamps/", MEMBERS),
    Row("POST", "api/v1/selection/file/", MEMBERS),
    Row("GET", "api/v1/selection/hands/", MEMBERS),
    # Views of the map by name
    Row("GET", "api/v1/views/", SHARED_LIST),
    Row("POST", "api/v1/views/", MEMBERS),
    Row("PATCH", "api/v1/views/<int:pk>/", OWN),
    Row("DELETE", "api/v1/views/<int:pk>/", OWN),
    Row("GET", "views/<int:pk>/", SHARED),
    # Street lights
    Row("GET", "api/v1/lamps/", MEMBERS),
    Row("GET", "api/v1/lamps/<int:pk>/sightings/", MEMBERS),
    Row("POST", "api/v1/lamps/<int:pk>/sightings/", SEEING),
    Row("PUT", "api/v1/lamps/<int:pk>/feed/", WIRING),
    Row("DELETE", "api/v1/lamps/<int:pk>/feed/", WIRING),
    Row("GET", "api/v1/circuits/", MEMBERS),
    Row("GET", "api/v1/circuits/wiring/", MEMBERS),
    Row("GET", "api/v1/circuits/<int:pk>/", MEMBERS),
    Row("GET", "api/v1/circuits/<int:pk>/diagnosis/", MEMBERS),
    Row("POST", "api/v1/circuits/<int:pk>/confirm/", WIRING),
    # Households and care
    Row("GET", "api/v1/care/checklists/", MEMBERS),
    Row("GET", "api/v1/care/counts/", COUNTS),
    Row("GET", "api/v1/care/due/", HOMES),
    Row("GET", "api/v1/care/doors/", HOMES),
    Row("GET", "api/v1/care/doors/<int:building>/", CHANGED_HOME),
    Row("POST", "api/v1/care/planned/", CHANGED_HOME),
    Row("POST", "api/v1/care/visits/", CHANGED_HOME),
    Row("GET", "care/", HOMES),
    Row("GET", "care/overview/", CARE),
    Row("GET", "care/visits/<uuid:pk>/", CHANGED_HOME),
    Row("POST", "care/visits/<uuid:pk>/", CHANGED_HOME),
    Row("GET", "care/households/", HOMES),
    Row("GET", "care/households/new/", CARE),
    Row("POST", "care/households/new/", CARE),
    Row("GET", "care/households/<uuid:pk>/", HOME),
    Row("GET", "care/households/<uuid:pk>/change/", HOME),
    Row("POST", "care/households/<uuid:pk>/change/", HOME),
    Row("GET", "care/households/<uuid:pk>/plan/", HOME),
    Row("POST", "care/households/<uuid:pk>/plan/", HOME),
    Row("GET", "care/plans/<uuid:pk>/renew/", HOME),
    Row("POST", "care/plans/<uuid:pk>/renew/", HOME),
    Row("GET", "care/plans/<uuid:pk>/withdraw/", HOME),
    Row("POST", "care/plans/<uuid:pk>/withdraw/", HOME),
    Row("POST", "care/plans/<uuid:pk>/visit/", HOME),
    Row("GET", "care/visits/<uuid:pk>/follow-up/", CHANGED_HOME),
    Row("POST", "care/visits/<uuid:pk>/follow-up/", CHANGED_HOME),
    Row("GET", "care/households/<uuid:pk>/sheet/", HOME),
    Row("GET", "care/households/<uuid:pk>/sheet.pdf", HOME),
    Row("GET", "care/households/<uuid:pk>/erase/", ERASED_HOME),
    Row("POST", "care/households/<uuid:pk>/erase/", ERASED_HOME),
    Row("GET", "care/access/", RECORDS),
    Row("GET", "care/access/export.csv", RECORDS),
    Row("GET", "care/access/export.xlsx", MEMBERS),
    Row("GET", "care/outside/", CARE),
    Row("POST", "care/outside/", CARE),
    Row("GET", "care/heads/", CARE),
    Row("GET", "care/heads/new/", CARE),
    Row("POST", "care/heads/new/", CARE),
    Row("POST", "care/heads/<int:pk>/end/", CHANGED_HOME),
    Row("GET", "care/import/", IMPORTS),
    Row("POST", "care/import/", IMPORTS),
    Row("GET", "care/import/<uuid:pk>/", IMPORT),
    Row("POST", "care/import/<uuid:pk>/", IMPORT),
    Row("GET", "care/import/<uuid:pk>/to-correct.csv", IMPORT),
    Row("GET", "care/import/<uuid:pk>/to-correct.xlsx", IMPORT),
    # Cells
    Row("GET", "cells/", MEMBERS),
    Row("GET", "cells/<str:code>/", DRAWING),
    Row("GET", "api/v1/divisions/", DRAWING),
    Row("POST", "api/v1/divisions/", DRAWING),
    Row("GET", "api/v1/divisions/<int:pk>/", DRAWING),
    Row("DELETE", "api/v1/divisions/<int:pk>/", DRAWING),
    Row("POST", "api/v1/divisions/<int:pk>/edits/", DRAWING),
    Row("POST", "api/v1/divisions/<int:pk>/undo/", DRAWING),
    Row("POST", "api/v1/divisions/<int:pk>/redo/", DRAWING),
    Row("POST", "api/v1/divisions/<int:pk>/adopt/", DRAWING),
    Row("GET", "api/v1/divisions/<int:pk>/compare/", DRAWING),
    Row("GET", "api/v1/divisions/<int:pk>/automatic/", DRAWING),
    Row("POST", "api/v1/divisions/<int:pk>/automatic/", DRAWING),
    Row("DELETE", "api/v1/divisions/<int:pk>/automatic/", DRAWING),
    Row("GET", "api/v1/divisions/<int:pk>/streets/", DRAWING),
    # Tablets
    Row("GET", "api/v1/sync/", MEMBERS),
    Row("POST", "api/v1/sync/", MEMBERS),
    Row("GET", "api/v1/sync/packages/<str:code>/", CARRIED),
    Row("GET", "api/v1/sync/freshness/<str:code>/", CARRIED),
    Row("GET", "api/v1/sync/reference/", MEMBERS),
    Row("GET", "api/v1/sync/photos/<uuid:photo>/", MEMBERS),
    Row("PUT", "api/v1/sync/photos/<uuid:photo>/", OWN),
    # What tablets sent and was not taken in
    Row("GET", "sync/", OFFICE),
    Row("GET", "sync/<uuid:pk>/", WAITING),
    Row("POST", "sync/<uuid:pk>/", WAITING),
    Row("GET", "sync/conflicts/<uuid:pk>/", CONFLICT),
    Row("POST", "sync/conflicts/<uuid:pk>/", CONFLICT),
    # Open standards: a member by their session, a program by its token, each in its areas
    Row("GET", "ogc", MEMBERS),
    Row("GET", "ogc/collections/<slug:collection>/items", PATROLS),
    Row("POST", "ogc/collections/<slug:collection>/items", MEMBERS),
    Row("GET", "ogc/collections/<slug:collection>/items/<str:item>", PATROL),
    Row("GET", "ogc/*", MEMBERS),
    Row("GET", "clients/", ADMIN),
    Row("POST", "clients/", ADMIN),
    Row("POST", "clients/<int:number>/revoke/", ADMIN),
    # Rounds of areas
    Row("GET", "rounds/", ROUNDS),
    Row("GET", "rounds/<int:pk>/", ROUND),
    Row("POST", "rounds/<int:pk>/", ROUND),
    Row("GET", "rounds/plans/", DECIDING),
    Row("GET", "rounds/plans/new/", DECIDING),
    Row("POST", "rounds/plans/new/", DECIDING),
    Row("GET", "rounds/plans/<int:pk>/", WAITING),
    Row("POST", "rounds/plans/<int:pk>/", WAITING),
    # Responsibility; a handover and a leave are there for the two they are about, too.
    Row("GET", "responsibility/", MEMBERS),
    Row("GET", "responsibility/give/", DECIDING),
    Row("POST", "responsibility/give/", DECIDING),
    Row("GET", "responsibility/<int:pk>/", WAITING),
    Row("POST", "responsibility/<int:pk>/", WAITING),
    Row("GET", "responsibility/hand-over/", DECIDING),
    Row("POST", "responsibility/hand-over/", DECIDING),
    Row("GET", "responsibility/hand-over/<uuid:pk>/", CONFLICT),
    Row("POST", "responsibility/hand-over/<uuid:pk>/", CONFLICT),
    Row("GET", "responsibility/leave/", DECIDING),
    Row("POST", "responsibility/leave/", DECIDING),
    Row("GET", "responsibility/leave/<uuid:pk>/", CONFLICT),
    Row("POST", "responsibility/leave/<uuid:pk>/", CONFLICT),
    Row("GET", "api/v1/responsibility/map/", DECIDING),
    Row("GET", "api/v1/notices/", MEMBERS),
    Row("POST", "api/v1/notices/<slug:about>/<int:pk>/seen/", OWN),
    # Coverage reports that are kept
    Row("GET", "reports/", REPORTS),
    Row("POST", "reports/", OFFICE),
    Row("GET", "reports/schedules/", DECIDING),
    Row("POST", "reports/schedules/", DECIDING),
    Row("GET", "reports/schedules/<int:pk>/", WAITING),
    Row("POST", "reports/schedules/<int:pk>/", WAITING),
    Row("GET", "reports/<uuid:pk>/", PATROL),
    Row("POST", "reports/<uuid:pk>/", REMADE),
    Row("GET", "reports/<uuid:pk>/progress/", PATROL),
    Row("GET", "reports/<uuid:pk>/compare/<uuid:other>/", PATROL),
    Row("GET", "reports/<uuid:pk>/<slug:language>/<slug:format>/", PATROL),
    # The administration
    Row("GET", "admin/*", ADMIN),
]


def row_of(method: str, route: str) -> Row | None:
    """The row that speaks for this address, itself or by the ``*`` above it."""
    for row in ROWS:
        whole = row.route == route
        above = row.route.endswith("*") and route.startswith(row.route[:-1])
        if row.method == method and (whole or above):
            return row
    return None


def markdown() -> str:
    """The table as docs/roles.md holds it."""
    lines = ["| address | " + " | ".join(Who) + " |", "| --- |" + " --- |" * len(Who)]
    for row in ROWS:
        cells = " | ".join(" / ".join(dict.fromkeys(row.doors[who])) for who in Who)
        lines.append(f"| `{row.method} /{row.route}` | {cells} |")
    return "\n".join(lines) + "\n"
