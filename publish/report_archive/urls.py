"""Addresses of the archived reports; each stays for as long as the report is kept."""

from django.urls import path

from publish.report_archive import pages, report_pages, schedule_pages

ONE = "reports/<uuid:pk>/"

urlpatterns = [
    path("reports/", pages.reports, name="reports"),
    path("reports/schedules/", schedule_pages.schedules, name="report-schedules"),
    path("reports/schedules/<int:pk>/", schedule_pages.schedule, name="report-schedule"),
    path(ONE, report_pages.report, name="archived-report"),
    path(f"{ONE}progress/", report_pages.progress, name="report-progress"),
    path(f"{ONE}compare/<uuid:other>/", report_pages.compare, name="compare-reports"),
    path(f"{ONE}<slug:language>/<slug:format>/", report_pages.report_file, name="report-file"),
]
