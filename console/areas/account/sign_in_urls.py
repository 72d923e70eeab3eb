"""URLs below `/accounts/`: the django-allauth views that the console offers.

There is no sign-up, no reset of a password by e-mail and no change of address: an owner does that.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, path

from console.operators.access import public, signed_in

signed_in_operator = signed_in("every operator changes their own password and second factor")

urlpatterns: list[URLPattern] = [
    path("login/", public("this is where one signs in")(account.login), name="account_login"),
    path("logout/", public("leaving needs no right")(account.logout), name="account_logout"),
    path("reauthenticate/", signed_in_operator(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", signed_in_operator(account.password_change), name="account_change_password"),
    path("2fa/", signed_in_operator(mfa.index), name="mfa_index"),
    path(
        "2fa/authenticate/",
        public("half-way through signing in; allauth asks for the first half")(mfa.authenticate),
        name="mfa_authenticate",
    ),
    path("2fa/reauthenticate/", signed_in_operator(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", signed_in_operator(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", signed_in_operator(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/",
        signed_in_operator(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        signed_in_operator(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
]
