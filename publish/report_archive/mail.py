"""An e-mail that a report is ready: a link and no figure, for who may still see it."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Member
from publish.coverage_report.telling import period
from publish.models import ArchivedReport
from publish.report_archive.sight import visible_reports


def send(report: str, member: int) -> bool:
    """Send one in the member's language; whether one was sent.

    None to who lost the area, has left, or has no address, and where mail is not set up.
    """
    to = Member.objects.filter(pk=member, is_active=True).exclude(email="").first()
    if to is None or not settings.EMAIL_HOST:
        return False
    ready = visible_reports(to, timezone.localdate()).filter(
        pk=report, state=ArchivedReport.State.DONE
    )
    found = ready.first()
    if found is None:
        return False
    with translation.override(to.language or settings.LANGUAGE_CODE):
        days = period(found.start, found.end)
        subject = _("The coverage report of %(area)s is ready: %(days)s") % {
            "area": found.area_name,
            "days": days,
        }
        page = settings.SITE_URL + reverse("archived-report", args=[found.pk])
        EmailMessage(
            subject=subject,
            body=f"{subject}\n\n{_('See it here: %s') % page}\n",
            to=[to.email],
            headers={"Auto-Submitted": "auto-generated"},
        ).send()
    return True
