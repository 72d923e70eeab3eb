"""django-allauth adapters: no sign-up, sealed TOTP seeds, one answer to every failed sign-in."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from console.operators import encryption, session_limits, sign_in_log
from console.operators.models import Operator


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-in by email address and password, without sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            sign_in_log.record_failed_sign_in(request, credentials.get("email", ""), "too many attempts")
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return the operator; a closed account gets the same error as a wrong password."""
        operator: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if operator is not None and not operator.is_active:
            self.authentication_failed(request, **credentials)
            return None
        return operator

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_in_log.record_failed_sign_in(
            request, credentials.get("email", ""), "wrong e-mail address or password"
        )

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Check the password with the operator's own address; allauth's are not used."""
        operator = cast(Operator, user)
        again = self.authenticate(context.request, email=operator.email, password=password)
        return again is not None and again.pk == operator.pk

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        session_limits.start_session(request)
        sign_in_log.record_sign_in(request, cast(Operator, user))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account:preferences")

    def logout(self, request: HttpRequest) -> None:
        session_limits.end_session(request, "signed out")


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Seal TOTP seeds and recovery codes before they are stored."""

    def encrypt(self, text: str) -> str:
        return encryption.seal(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.unseal(encrypted_text.encode()).decode()
