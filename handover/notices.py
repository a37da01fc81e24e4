"""Who is told of a handover or a leave, and in which words: on their pages and by e-mail."""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.told import Told
from grid.models import Level
from grid.responsibility import offices
from handover.models import Handover, Leave, Notice

#: Shown at once; older ones stay on their pages.
MOST = 20
#: Nobody is told of what happened so long ago, and then notices are deleted.
KEPT = dt.timedelta(days=30)
Kind = Notice.Kind


def tell(
    kind: Notice.Kind,
    now: dt.datetime,
    *,
    handover: Handover | None = None,
    leave: Leave | None = None,
) -> None:
    """Make the notices of both members and of who coordinates, and queue e-mails.

    Whoever did it is not told of it. What was told before is not told twice.
    """
    from handover.tasks import send_notice

    told, author = _concerned(kind, handover, leave, now)
    rows = [
        Notice(member_id=member, kind=kind, handover=handover, leave=leave, made_at=now)
        for member in sorted(told - {author})
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    if not settings.EMAIL_HOST:
        return
    fresh = Notice.objects.filter(kind=kind, handover=handover, leave=leave, made_at=now)
    for pk in fresh.exclude(member__email="").values_list("pk", flat=True):
        send_notice.defer(notice=pk)


def _concerned(
    kind: Notice.Kind, handover: Handover | None, leave: Leave | None, now: dt.datetime
) -> tuple[set[int], int | None]:
    """Ids of who is to know, and of who did it."""
    if handover is not None:
        codes = {handover.area.code}
        told = {handover.giver_id, handover.taker_id, handover.made_by_id}
        by = handover.undone_by_id if kind in (Kind.UNDONE, Kind.CANCELLED) else None
        author = by or handover.made_by_id
    else:
        assert leave is not None  # noqa: S101  a notice is of one of the two
        rows = leave.given.values_list("given__area__code", "given__street__community__code")
        codes = {code or of_street for code, of_street in rows}
        told, author = {leave.member_id, leave.cover_id}, leave.made_by_id
    above = offices(codes, timezone.localdate(now))
    for code in codes:
        told |= above[code[: Level.COMMUNITY]]
    # By night nobody did it: who planned it hears of it too.
    by_night = kind in (Kind.HANDED, Kind.FAILED) and handover and handover.was_planned
    return told, None if by_night else author


def unseen(member: Member) -> QuerySet[Notice]:
    """What the member has not seen yet, the latest first. One query."""
    return (
        Notice.objects.filter(member=member, seen_at=None, made_at__gt=timezone.now() - KEPT)
        .select_related(
            "handover__area", "handover__giver", "handover__taker", "leave__member", "leave__cover"
        )
        .defer("handover__area__geometry", "handover__area__tile_geometry")
        .order_by("-made_at", "-pk")
    )


def told(notice: Notice) -> Told:
    """The notice in the language in force."""
    return Told(notice.pk, words(notice), address(notice), notice.made_at)


def see(pk: int, member: Member, now: dt.datetime) -> bool:
    """The member's own notice was seen; whether there is one."""
    mine = Notice.objects.filter(pk=pk, member=member)
    mine.filter(seen_at=None).update(seen_at=now)
    return mine.exists()


def address(notice: Notice) -> str:
    """The page about it."""
    if notice.handover_id:
        return reverse("handover", args=[notice.handover_id])
    return reverse("leave", args=[notice.leave_id])


def words(notice: Notice) -> str:
    """One sentence."""
    if notice.handover is not None:
        one = notice.handover
        named = {
            "area": one.area.name,
            "giver": one.giver,
            "taker": one.taker,
            "day": date_format(one.starts_on, "DATE_FORMAT"),
        }
        return _handover_words(Kind(notice.kind)) % named
    leave = notice.leave
    assert leave is not None  # noqa: S101  a notice is of one of the two
    named = {
        "member": leave.member,
        "cover": leave.cover,
        "start": date_format(leave.starts_on, "DATE_FORMAT"),
        "end": date_format(leave.ends_on, "DATE_FORMAT"),
    }
    if leave.cancelled_at is not None:
        return _("%(member)s is not away from %(start)s: the leave was called off.") % named
    if notice.kind == Kind.LEAVE_ENDS:
        return _("%(member)s is away until %(end)s only; %(cover)s covers until then.") % named
    return _("%(member)s is away from %(start)s to %(end)s; %(cover)s covers.") % named


def _handover_words(kind: Notice.Kind) -> str:
    return {
        Kind.PLANNED: _("%(area)s goes from %(giver)s to %(taker)s on %(day)s."),
        Kind.HANDED: _("%(area)s went from %(giver)s to %(taker)s, with its open cases."),
        Kind.UNDONE: _("%(area)s went back to %(giver)s; the handover to %(taker)s is undone."),
        Kind.CANCELLED: _("%(area)s stays with %(giver)s: the planned handover was cancelled."),
        Kind.FAILED: _(
            "%(area)s could not go from %(giver)s to %(taker)s as planned. Look at it again."
        ),
    }[kind]


def over(now: dt.datetime) -> QuerySet[Notice]:
    """Notices that are shown nowhere any more, seen or not."""
    return Notice.objects.filter(made_at__lte=now - KEPT)


def forget(now: dt.datetime) -> int:
    """Delete them; how many."""
    return over(now).delete()[0]


def send(pk: int) -> None:
    """Send one e-mail in the member's language; nothing where it was seen or mail is not set up."""
    notice = (
        Notice.objects.select_related(
            "member", "handover__area", "handover__giver", "handover__taker"
        )
        .select_related("leave__member", "leave__cover")
        .filter(pk=pk, seen_at=None, member__is_active=True)
        .first()
    )
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
