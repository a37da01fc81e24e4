"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

REPORT_ATTEMPTS = 3


@app.task(
    name="publish.forget_cases",
    queue="households",
    retry=RetryStrategy(max_attempts=10, exponential_wait=5),
)
def forget_cases(cases: list[int]) -> None:
    """Take words and photos out of cases that followed from visits to an erased household."""
    from cases.erasure import forget

    forget(cases)


@app.task(
    name="publish.make_report",
    queue="reports",
    pass_context=True,
    retry=RetryStrategy(max_attempts=REPORT_ATTEMPTS, exponential_wait=5),
)
def make_report(context: JobContext, report: str) -> None:
    """Make one coverage report; after a worker was killed, from the start."""
    from publish.report_archive import making

    try:
        making.make(report, timezone.now())
    except Exception:
        if context.job.attempts + 1 >= REPORT_ATTEMPTS:
            making.give_up(report)
        raise


@app.periodic(cron="40 * * * *")
@app.task(
    name="publish.scheduled_reports", queue="reports", queueing_lock="publish.scheduled_reports"
)
def scheduled_reports(timestamp: int) -> None:
    """Every hour: reports that schedules ask for and that are not there yet."""
    from publish.report_archive import schedules

    schedules.make_due(timezone.now())


@app.task(
    name="publish.send_report_mail",
    queue="reports",
    retry=RetryStrategy(max_attempts=5, exponential_wait=30),
)
def send_report_mail(report: str, member: int) -> None:
    """Send one e-mail that a report is ready."""
    from publish.report_archive import mail

    mail.send(report, member)


@app.periodic(cron="20 * * * *")
@app.task(
    name="publish.shorten_coverage_log",
    queue="default",
    queueing_lock="publish.shorten_coverage_log",
)
def shorten_coverage_log(timestamp: int) -> None:
    """Every hour: the log of changed figures is made short."""
    from publish.kept_figures import shorten_log

    shorten_log(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="publish.search_names", queue="default", queueing_lock="publish.search_names")
def search_names(timestamp: int) -> None:
    """Every minute: work out how names that an import brought may be typed."""
    from publish.search.names import read_all_names

    read_all_names()
