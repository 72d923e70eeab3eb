"""`manage.py reseal`: encrypt second factors again with the current SECRET_KEY."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand
from django.db import transaction

from console.operators import encryption

SEALED_MEMBERS = ("secret", "seed")  # members of an authenticator's data that `MFAAdapter` seals


class Command(BaseCommand):
    help = "Reseal second factors with SECRET_KEY; afterwards SECRET_KEY_FALLBACKS may be emptied."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        with transaction.atomic():
            for authenticator in Authenticator.objects.select_for_update():
                data = dict(authenticator.data)
                for name in SEALED_MEMBERS:
                    if data.get(name):
                        data[name] = _reseal(data[name])
                codes = data.get("migrated_codes", [])
                if codes:
                    data["migrated_codes"] = [_reseal(code) for code in codes]
                Authenticator.objects.filter(pk=authenticator.pk).update(data=data)
                count += 1
        self.stdout.write(f"{count} second factors resealed.")
        self.stdout.write("Sessions are not resealed: they end within twelve hours. Then remove the old key.")


def _reseal(sealed: str) -> str:
    return encryption.seal(encryption.unseal(sealed.encode())).decode()
