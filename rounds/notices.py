"""Who is told of an overdue round, and in which words: on their page and by e-mail."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.told import Told
from rounds.models import Round, RoundNotice, State

#: Shown at once; the table of rounds has the others.
MOST = 20
#: How long notices of rounds that are over are kept.
KEPT = dt.timedelta(days=30)
Kind = RoundNotice.Kind


def tell(told: Iterable[tuple[Round, int, RoundNotice.Kind]], now: dt.datetime) -> int:
    """Make the notices that are missing, by round, id of the member and kind; how many.

    E-mails are queued where mail is set up.
    """
    from rounds.tasks import send_notice

    rows = [
        RoundNotice(round=one, member_id=member, kind=kind, made_at=now)
        for one, member, kind in told
    ]
    before = RoundNotice.objects.count()
    RoundNotice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    if settings.EMAIL_HOST:
        fresh = RoundNotice.objects.filter(
            made_at=now, round__in={row.round_id for row in rows}
        ).exclude(member__email="")
        for pk in fresh.values_list("pk", flat=True):
            send_notice.defer(notice=pk)
    return RoundNotice.objects.count() - before


def unseen(member: Member) -> QuerySet[RoundNotice]:
    """What the member has not seen of rounds that are still due, the latest first. One query."""
    rows = RoundNotice.objects.filter(member=member, seen_at=None, round__state=State.DUE)
    return _whole(rows).order_by("-made_at", "-pk")


def told(notice: RoundNotice) -> Told:
    """The notice in the language in force."""
    return Told(notice.pk, words(notice), address(notice), notice.made_at)


def address(notice: RoundNotice) -> str:
    """The page of its round."""
    return reverse("round", args=[notice.round_id])


def see(pk: int, member: Member, now: dt.datetime) -> bool:
    """The member's own notice was seen; whether there is one."""
    mine = RoundNotice.objects.filter(pk=pk, member=member)
    mine.filter(seen_at=None).update(seen_at=now)
    return mine.exists()


def _whole(rows: QuerySet[RoundNotice]) -> QuerySet[RoundNotice]:
    return rows.select_related("round__plan__area").defer(
        "round__plan__area__geometry", "round__plan__area__tile_geometry"
    )


def words(notice: RoundNotice) -> str:
    """One sentence in the language in force."""
    named = {
        "area": notice.round.plan.area.name,
        "day": date_format(notice.round.due_on, "DATE_FORMAT"),
    }
    if notice.kind == Kind.OVERDUE:
        return _("The round of %(area)s was due on %(day)s and is not done.") % named
    return (
        _("The round of %(area)s, due on %(day)s, is still not done: the level above is told.")
        % named
    )


def over(now: dt.datetime) -> QuerySet[RoundNotice]:
    """Notices of rounds that are over; as long as one is due they say that it was told of."""
    return RoundNotice.objects.filter(made_at__lte=now - KEPT).exclude(round__state=State.DUE)


def forget(now: dt.datetime) -> int:
    """Delete them; how many."""
    return over(now).delete()[0]


def send(pk: int) -> None:
    """Send one e-mail in the member's language; nothing where it was seen or the round is over."""
    rows = RoundNotice.objects.filter(
        pk=pk, seen_at=None, member__is_active=True, round__state=State.DUE
    )
    notice = _whole(rows).select_related("member", "round__plan__area").first()
    if notice is None or not settings.EMAIL_HOST or not notice.member.email:
        return
    with translation.override(notice.member.language or settings.LANGUAGE_CODE):
        text = words(notice)
        page = settings.SITE_URL + address(notice)
        EmailMessage(
            subject=text,
            body=f"{text}\n\n{_('See it here: %s') % page}\n",
            to=[notice.member.email],
            headers={"Auto-Submitted": "auto-generated"},
        ).send()


def seen(one: Round, member: Member) -> None:
    """The member looks at the round."""
    RoundNotice.objects.filter(round=one, member=member, seen_at=None).update(
        seen_at=timezone.now()
    )
