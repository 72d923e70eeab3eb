"""Templates for new people and presets for leavers: listed, written and forgotten."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from console.areas.directory import scope
from console.areas.lifecycle.forms.keeping import PresetForm, TemplateForm
from console.areas.lifecycle.models import OnboardingTemplate, Preset
from console.areas.lifecycle.offboarding import PARTS
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.ui.pages import post_data
from console.web.record_forms import delete_record

Kept = OnboardingTemplate | Preset


@performs("ManageTemplates")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    presets = Preset.objects.filter(organization=organization)
    context = {
        "title": "Templates and presets",
        "organization": organization,
        "templates": OnboardingTemplate.objects.filter(organization=organization),
        "presets": [(each, [PARTS[part] for part in each.parts if part in PARTS]) for each in presets],
    }
    return pages.render_page(request, "lifecycle/keeping.html", context)


@performs("ManageTemplates")
def preset_create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return _edit(request, Preset(organization=organization))


@performs("ManageTemplates")
def preset_edit(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Preset, organization=organization, pk=pk))


@performs("ManageTemplates")
def preset_delete(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    return _delete(request, get_object_or_404(Preset, organization=organization, pk=pk))


@performs("ManageTemplates")
def template_create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    return _edit(request, OnboardingTemplate(organization=organization))


@performs("ManageTemplates")
def template_edit(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(OnboardingTemplate, organization=organization, pk=pk))


@performs("ManageTemplates")
def template_delete(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    return _delete(request, get_object_or_404(OnboardingTemplate, organization=organization, pk=pk))


def _form(request: ConsoleRequest, kept: Kept) -> PresetForm | TemplateForm:
    if isinstance(kept, Preset):
        return PresetForm(post_data(request), instance=kept)
    groups = scope.groups(request.actor, kept.organization).filter(state=Entity.State.ENABLED)
    domains = scope.usable_domains(request.actor, "RegisterToWorkMail", kept.organization)
    return TemplateForm(post_data(request), instance=kept, domains=domains, groups=groups)


def _edit(request: ConsoleRequest, kept: Kept) -> HttpResponse:
    form = _form(request, kept)
    if form.is_valid() and form.save_recorded(request.actor):
        return pages.redirect_with_message(request, f"{kept.name} is saved.", _home(kept.organization))
    kind = "preset for leavers" if isinstance(kept, Preset) else "template for new people"
    context = {
        "title": f"Edit {form.current['name']}" if form.current else f"New {kind}",
        "verb": "Save",
        "organization": kept.organization,
        "back": _home(kept.organization),
    }
    return pages.form_page(request, "partials/form_page.html", form, context)


def _delete(request: ConsoleRequest, kept: Kept) -> HttpResponse:
    form, organization, name = ConfirmForm(post_data(request)), kept.organization, kept.name
    if request.method == "POST" and form.is_valid():
        delete_record(request.actor, "ManageTemplates", kept)
        return pages.redirect_with_message(request, f"{name} is forgotten.", _home(organization))
    said = ("Nobody who was created or let go with it changes.",)
    title = f"Forget {name}?"
    return pages.confirm_page(
        request, form, title=title, verb="Forget", back=_home(organization), consequences=said
    )


def _home(organization: Organization) -> str:
    return reverse("lifecycle:keeping", args=[organization.slug])
