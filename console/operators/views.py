"""The page on which an operator sees what she may do, and sets how the console looks to her."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.urls import reverse

from console.operators.access import ConsoleRequest, signed_in
from console.operators.forms import PreferencesForm
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
    grants = Grant.objects.live().filter(operator=operator).select_related("role", "organization")
    return form_page(
        request,
        "operators/preferences.html",
        form,
        {"grants": grants.order_by("organization__slug", "role__name")},
    )
