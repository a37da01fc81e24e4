"""News of a case for residents: on its page, and by e-mail for who asked.

A resident reads which steps were taken and the notes meant for them; never a name.
"""

import datetime as dt

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db.models import Max, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, Event, Follower, State
from cases.models.cases import ENDED
from cases.transitions import Step

#: What a resident reads of each step; the other steps are the office's own.
TOLD = {
    Step.REPORT: gettext_lazy("Report received"),
    Step.ACCEPT: gettext_lazy("Accepted: it will be looked after"),
    Step.DECLINE: gettext_lazy("Not taken up"),
    Step.MERGE: gettext_lazy("Joined with another report of the same thing"),
    Step.DISPATCH: gettext_lazy("Given to those who mend it"),
    Step.START: gettext_lazy("Work has begun"),
    Step.HOLD: gettext_lazy("Work is paused"),
    Step.RESUME: gettext_lazy("Work goes on"),
    Step.FINISH: gettext_lazy("Work is done"),
    Step.REWORK: gettext_lazy("Looked at again: it is not in order yet"),
    Step.VERIFY: gettext_lazy("Looked at: it is in order"),
    Step.CLOSE: gettext_lazy("Closed"),
    Step.GATHER: gettext_lazy("Part of a larger fault, which is mended as a whole"),
    Step.FOLLOW: gettext_lazy("Closed together with a larger fault"),
    Step.REOPEN: gettext_lazy("Taken up again"),
}
#: Of these nobody gets an e-mail: the reporter knows, or the next step follows at once.
NO_MAIL = frozenset({Step.REPORT, Step.DISPATCH, Step.RESUME, Step.VERIFY})
ENDING = (Step.CLOSE, Step.FOLLOW, Step.DECLINE, Step.MERGE)
#: Addresses are deleted so long after the case has ended; until then it may be reopened.
KEPT = dt.timedelta(days=30)
SALT = "cases.news.stop"


def mails() -> bool:
    """Whether this server sends e-mail at all."""
    return bool(settings.EMAIL_HOST)


def is_told(event: Event) -> bool:
    """Whether the event is on the resident's page."""
    return event.step in TOLD or (event.public and bool(event.note))


def tell(event: Event) -> None:
    """Queue an e-mail to each follower, where the event is news to them.

    The jobs are in the transaction of the step. One query, none where nothing is to be told.
    """
    from cases.tasks import send_news

    if not mails() or event.step in NO_MAIL or not is_told(event):
        return
    for follower in Follower.objects.filter(case=event.case_id).values_list("pk", flat=True):
        send_news.defer(follower=follower, event=event.pk)


def send(follower_id: int, event_id: int) -> None:
    """Send one e-mail in the follower's language; nothing where they have stopped it."""
    follower = Follower.objects.select_related("case__category").filter(pk=follower_id).first()
    event = Event.objects.filter(pk=event_id).first()
    if follower is None or event is None or not mails():
        return
    with translation.override(follower.language or settings.LANGUAGE_CODE):
        letter(follower, event).send()


def letter(follower: Follower, event: Event) -> EmailMessage:
    """The e-mail, in the language in force."""
    case, page = (
        follower.case,
        settings.SITE_URL + reverse("follow", args=[follower.case.follow_key]),
    )
    stop = settings.SITE_URL + reverse("stop-news", args=[stop_token(follower)])
    told = TOLD.get(Step(event.step), "")
    lines = [
        str(told),
        event.note if event.public else "",
        _("See how it goes: %s") % page,
        _("No more e-mail about this: %s") % stop,
        _("Your address is deleted 30 days after the case has ended."),
    ]
    return EmailMessage(
        subject=" · ".join(part for part in (str(case.category), str(told)) if part),
        body="\n\n".join(line for line in lines if line) + "\n",
        to=[follower.email],
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


def stop_token(follower: Follower) -> str:
    """What a link in an e-mail names the follower by."""
    return signing.dumps(follower.pk, salt=SALT)


def follower_of(token: str) -> Follower | None:
    """Whom a link names; None where the address is gone. Raises BadSignature."""
    key = signing.loads(token, salt=SALT)
    return Follower.objects.select_related("case").filter(pk=key).first()


def stop(case: Case, email: str) -> None:
    """Forget an address that follows the case, also where it went with it into another."""
    cases = [case, followed(case)]
    Follower.objects.filter(case__in=cases, email=email.lower()).delete()


def over(now: dt.datetime) -> QuerySet[Follower]:
    """The addresses that followed cases which ended KEPT ago."""
    ended = Max("case__events__at", filter=Q(case__events__step__in=ENDING))
    gone = Follower.objects.filter(case__state__in=ENDED).annotate(ended=ended)
    return gone.filter(ended__lt=now - KEPT)


def forget(now: dt.datetime) -> int:
    """Delete the addresses that followed cases which ended KEPT ago; how many."""
    keys = list(over(now).values_list("pk", flat=True))
    return Follower.objects.filter(pk__in=keys).delete()[0]


def story(case: Case) -> list[Event]:
    """What the resident's page tells of a case, oldest first, with public photos. Two queries.

    Each event has ``told``, its sentence, and ``shown``, the photos that may be seen.
    """
    events = case.events.filter(Q(step__in=TOLD) | Q(public=True)).order_by("number")
    found = [event for event in events.prefetch_related("photos") if is_told(event)]
    for event in found:
        row: object = event
        row.told = TOLD.get(Step(event.step), _("Note"))  # type: ignore[attr-defined]
        row.shown = list(event.photos.all()) if event.public else []  # type: ignore[attr-defined]
    return found


def followed(case: Case) -> Case:
    """The case that tells how it goes on: the one it was merged into, as often as it was."""
    while case.state == State.MERGED and case.merged_into:
        case = case.merged_into
    return case


def goes_on(case: Case) -> Case:
    """Where the rest is told: what the case was merged into, or the larger fault it hangs under."""
    case = followed(case)
    if case.parent and case.events.filter(step=Step.GATHER).exists():
        return followed(case.parent)
    return case
