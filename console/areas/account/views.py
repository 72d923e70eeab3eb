"""The account page: an operator's own roles and preferences."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.urls import reverse

from console.areas.account.forms import PreferencesForm
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, signed_in
from console.operators.models import Grant, Operator
from console.ui.pages import SeeOther, form_page


@signed_in("every operator sets her own name, theme and digest")
def preferences(request: ConsoleRequest) -> HttpResponseBase:
    operator = Operator.objects.get(pk=request.user.pk)
    form = PreferencesForm(request.POST or None, instance=operator)
    if request.method == "POST" and form.is_valid():
        operator.save(update_fields=["name", "theme", "digest"])
        messages.success(request, "Preferences saved.")
        return SeeOther(reverse("account:preferences"))
    grants = Grant.objects.live().filter(operator=operator).exclude(organization__state=Organization.DELETED)
    deleted = policy.visible_organizations(request.actor).filter(state=Organization.DELETED)
    context = {
        "grants": grants.select_related("role", "organization").order_by("organization__slug", "role__name"),
        "deleted": [each for each in deleted if policy.allows(request.actor, "ReadLedger", each)],
    }
    return form_page(request, "operators/preferences.html", form, context)
