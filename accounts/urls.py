"""Addresses of signing in and out, and of a member's own page."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import account_page, second_factor_pages, views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/code/", views.SignInCode.as_view(), name="sign-in-code"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("language/", views.choose_language, name="language"),
    path("account/", account_page.Account.as_view(), name="account"),
    path("account/sign-out/", account_page.sign_out_there, name="sign-out-elsewhere"),
    path("account/sign-out/<uuid:number>/", account_page.sign_out_there, name="sign-out-there"),
    path(
        "account/second-factor/",
        second_factor_pages.SecondFactor.as_view(),
        name="second-factor",
    ),
    path(
        "account/recovery-codes/",
        second_factor_pages.RecoveryCodes.as_view(),
        name="recovery-codes",
    ),
]
