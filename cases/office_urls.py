"""Addresses of the pages about cases for members."""

from django.urls import path

from cases import case_page, claims, lamp_codes, list_page, new_case, rates_page, triage

urlpatterns = [
    path("cases/", list_page.CaseList.as_view(), name="cases"),
    path("cases/new/", new_case.NewCase.as_view(), name="new-case"),
    path("cases/triage/", triage.triage, name="triage"),
    path("cases/claims/", claims.claims, name="claims"),
    path("cases/lamps/", lamp_codes.sheet, name="lamp-codes"),
    path("cases/rates/", rates_page.rates, name="rates"),
    path("cases/export.csv", rates_page.export, {"kind": "csv"}, name="cases-csv"),
    path("cases/export.xlsx", rates_page.export, {"kind": "xlsx"}, name="cases-xlsx"),
    path("cases/<int:number>/", case_page.CasePage.as_view(), name="case"),
]
