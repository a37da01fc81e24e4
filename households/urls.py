"""Addresses of the pages about households and care, all under ``/care/``."""

from django.urls import path

from households import (
    access_pages,
    due_pages,
    erase_page,
    head_pages,
    household_pages,
    import_pages,
    outside_page,
    overview_page,
    plan_pages,
    sheet_pages,
    taking_in,
    visit_pages,
)

urlpatterns = [
    path("care/", due_pages.DueVisits.as_view(), name="care"),
    path("care/overview/", overview_page.Overview.as_view(), name="care-overview"),
    path("care/visits/<uuid:pk>/", visit_pages.VisitPage.as_view(), name="care-visit"),
    path("care/households/", household_pages.HouseholdList.as_view(), name="households"),
    path("care/households/new/", taking_in.NewHousehold.as_view(), name="new-household"),
    path("care/households/<uuid:pk>/", household_pages.HouseholdPage.as_view(), name="household"),
    path(
        "care/households/<uuid:pk>/change/",
        taking_in.ChangeHousehold.as_view(),
        name="household-change",
    ),
    path("care/households/<uuid:pk>/plan/", plan_pages.NewPlan.as_view(), name="new-plan"),
    path(
        "care/households/<uuid:pk>/sheet/", sheet_pages.SheetPage.as_view(), name="household-sheet"
    ),
    path("care/households/<uuid:pk>/sheet.pdf", sheet_pages.sheet_file, name="household-sheet-pdf"),
    path(
        "care/households/<uuid:pk>/erase/", erase_page.ErasePage.as_view(), name="household-erase"
    ),
    path("care/access/", access_pages.AccessPage.as_view(), name="care-access"),
    path("care/access/export.csv", access_pages.export, {"kind": "csv"}, name="care-access-csv"),
    path("care/access/export.xlsx", access_pages.export, {"kind": "xlsx"}, name="care-access-xlsx"),
    path("care/plans/<uuid:pk>/renew/", plan_pages.RenewPlan.as_view(), name="renew-plan"),
    path("care/plans/<uuid:pk>/withdraw/", plan_pages.WithdrawPlan.as_view(), name="withdraw-plan"),
    path("care/plans/<uuid:pk>/visit/", plan_pages.ask_visit, name="ask-visit"),
    path("care/outside/", outside_page.Outside.as_view(), name="outside"),
    path("care/heads/", head_pages.heads, name="heads"),
    path("care/heads/new/", head_pages.NewHead.as_view(), name="new-head"),
    path("care/heads/<int:pk>/end/", head_pages.end_head, name="end-head"),
    path("care/import/", import_pages.Imports.as_view(), name="household-import"),
    path("care/import/<uuid:pk>/", import_pages.ImportFile.as_view(), name="household-import-file"),
    path(
        "care/import/<uuid:pk>/to-correct.csv",
        import_pages.to_correct,
        {"kind": "csv"},
        name="household-import-csv",
    ),
    path(
        "care/import/<uuid:pk>/to-correct.xlsx",
        import_pages.to_correct,
        {"kind": "xlsx"},
        name="household-import-xlsx",
    ),
]
