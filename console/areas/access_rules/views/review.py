"""What a change of access rules does, shown before it is saved."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.areas.access_rules import showing
from console.areas.access_rules.forms.rule import RuleForm
from console.areas.access_rules.planning import KIND, Plan
from console.operators.access import ConsoleRequest
from console.web import rule_review


def review(
    request: ConsoleRequest, plan: Plan, *, verb: str, heading: str, form: RuleForm | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "matrix": showing.matrix(plan.draft.flips, plan.wording, alone=not plan.draft.named),
        "warnings": showing.warnings(plan),
        "advice": showing.advice(plan),
    }
    back = reverse("access_rules:list", args=[plan.organization.slug])
    asked: dict[str, Any] = {"kind": KIND, "verb": verb, "heading": heading, "back": back, "form": form}
    return rule_review.review_page(request, plan, "access_rules/review.html", context, **asked)
