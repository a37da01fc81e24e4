"""Addresses of the pages about cases for members."""

from django.urls import path

from cases import lamp_codes, new_case, office, rates_page

urlpatterns = [
    path("cases/", office.CaseList.as_view(), name="cases"),
    path("cases/new/", new_case.NewCase.as_view(), name="new-case"),
    path("cases/triage/", office.triage, name="triage"),
    path("cases/claims/", office.claims, name="claims"),
    path("cases/lamps/", lamp_codes.sheet, name="lamp-codes"),
    path("cases/rates/", rates_page.rates, name="rates"),
    path("cases/export.csv", rates_page.export, {"kind": "csv"}, name="cases-csv"),
    path("cases/export.xlsx", rates_page.export, {"kind": "xlsx"}, name="cases-xlsx"),
    path("cases/<int:number>/", office.CasePage.as_view(), name="case"),
]
