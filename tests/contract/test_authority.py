"""Who may act on whose change: every verb, kind of change, role, owner and scope, against a model of rights.

The model below is written from the roles' description and knows nothing of the console's policy.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice, product
from typing import Any

import pytest
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from console.actor import Actor
from console.aws.catalogue.inverses import CannotUndo
from console.changes import authority, control, drafts, engine, models, policies, undo
from console.changes.models import Change, Step
from console.changes.steps import PlannedStep
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import policy
from console.sandbox.fixtures import ADA, BO
from tests.areas import world
from tests.areas.changes.conftest import organization, town

__all__ = ["organization", "town"]

State = Change.State
HOME, AWAY = "example.com", world.ELSEWHERE
NURSES = "nurses"

# What each role may write, as the documentation of the roles says; "*" is everything.
HELPDESK = {
    "UpdateUser",
    "ResetPassword",
    "CreateAlias",
    "DeleteAlias",
    "AssociateMemberToGroup",
    "DisassociateMemberFromGroup",
    "UpdateMailboxQuota",
}
EXPORTER = {"StartMailboxExportJob", "CancelMailboxExportJob"}
MAY_WRITE: dict[str, set[str]] = {
    "Owner": {"*"},
    "Administrator": {"*"},
    "Helpdesk": HELPDESK,
    "Exporter": EXPORTER,
    "Auditor": set(),
}
# Whose mail domain each target is on; an access rule belongs to the whole organization.
DOMAIN_OF = {ADA: HOME, BO: HOME, world.ZOE: AWAY}

KINDS: dict[str, tuple[str, list[tuple[str, dict[str, Any]]]]] = {
    "plain": ("", [("UpdateUser", {"UserId": ADA, "Office": "Oslo"})]),
    "several": (
        "",
        [
            ("UpdateUser", {"UserId": ADA, "Office": "Oslo"}),
            ("UpdateUser", {"UserId": world.ZOE, "Office": "Oslo"}),
        ],
    ),
    "bulk": ("bulk", [("DeregisterFromWorkMail", {"EntityId": each}) for each in (ADA, BO)]),
    "file": ("csv-edit", [("UpdateUser", {"UserId": each, "City": "Ulm"}) for each in (ADA, BO)]),
    "offboard": ("offboard", [("DeregisterFromWorkMail", {"EntityId": ADA})]),
    "freeze": (
        "freeze",
        [("PutAccessControlRule", {"Name": "freeze-1", "Effect": "DENY", "Description": "x"})],
    ),
    "thaw": (models.RESTORE_ACCESS_KIND, [("DeleteAccessControlRule", {"Name": "freeze-1"})]),
    "end": (models.END_KIND, [("DeleteMailboxPermissions", {"EntityId": ADA, "GranteeId": BO})]),
    "end of a membership": (models.END_KIND, [("DeleteAlias", {"EntityId": ADA, "Alias": f"x@{HOME}"})]),
    "deletion": (models.DELETION_KIND, [("DeleteUser", {"UserId": ADA})]),
    "undo": ("undo", [("UpdateUser", {"UserId": ADA, "Office": "Rome"})]),
}
# What begins what is ended: cancelling the end lets it stay.
BEGINNINGS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "thaw": [("PutAccessControlRule", {"Name": "freeze-1", "Effect": "DENY", "Description": "x"})],
    "end": [
        (
            "PutMailboxPermissions",
            {"EntityId": ADA, "GranteeId": BO, "PermissionValues": ["FULL_ACCESS"]},
        )
    ],
    "end of a membership": [("CreateAlias", {"EntityId": world.ZOE, "Alias": f"x@{AWAY}"})],
    "deletion": [("DeregisterFromWorkMail", {"EntityId": ADA})],
}
VERBS: dict[str, tuple[str, Callable[[Actor, Change], object]]] = {
    "run": (State.DRAFT, lambda actor, change: control.run_draft(actor, change)),
    "schedule": (
        State.DRAFT,
        lambda actor, change: control.run_draft(actor, change, timezone.now() + timedelta(days=1)),
    ),
    "discard": (State.DRAFT, lambda actor, change: control.cancel_change(actor, change)),
    "cancel what is scheduled": (State.SCHEDULED, lambda actor, change: control.cancel_change(actor, change)),
    "cancel what runs": (State.RUNNING, lambda actor, change: control.cancel_change(actor, change)),
    "decline": (State.AWAITING, lambda actor, change: control.cancel_change(actor, change)),
    "pause": (State.RUNNING, lambda actor, change: control.pause_change(actor, change)),
    "resume": (State.RUNNING, lambda actor, change: control.resume_change(actor, change)),
    "retry": (State.FAILED, lambda actor, change: control.retry_change(actor, change)),
    "undo": (State.DONE, lambda actor, change: undo.draft_undo(actor, change)),
    "approve": (
        State.AWAITING,
        lambda actor, change: control.approve_change(actor, change, policies.compute_digest(change)),
    ),
}


def may_write(role: str, domains: tuple[str, ...], operation: str, params: dict[str, Any]) -> bool:
    """The model: the role has the operation, and everything that it names is on the grant's mail domains."""
    held = MAY_WRITE[role]
    if "*" not in held and operation not in held:
        return False
    if not domains:
        return True
    named = [params[name] for name in ("UserId", "EntityId", "GranteeId") if name in params]
    if not named:  # the whole organization's
        return False
    address = params.get("Alias", "")
    on = {DOMAIN_OF[each] for each in named} | ({address.rpartition("@")[2]} if address else set())
    return on <= set(domains)


def may_act(verb: str, kind: str, role: str, domains: tuple[str, ...], owner: str) -> bool:
    """The model of authority: one's own (but to approve), or every step of it and of what it ends."""
    if verb == "approve" and owner == "own":
        return False
    if owner == "own":
        return True
    steps = [*KINDS[kind][1], *BEGINNINGS.get(kind, [])]
    return all(may_write(role, domains, operation, params) for operation, params in steps)


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing runs: this is about who may let it."""
    monkeypatch.setattr(engine, "start_change", lambda change, actor=None, here=False: change)
    monkeypatch.setattr("console.changes.control.hint", lambda task: None)
    monkeypatch.setattr("console.changes.preview.prepare_preview", lambda change, deadline: True)
    monkeypatch.setattr(drafts, "create_draft", lambda *args, **given: None)


def make(author: Actor, organization: Organization, kind: str, state: str) -> Change:
    def kept(name: str, steps: list[tuple[str, dict[str, Any]]], **given: Any) -> Change:
        planned = [PlannedStep(operation, params) for operation, params in steps]
        return drafts.save_change(
            Change(
                organization=organization,
                title=name,
                requested_by_id=author.operator_id,
                requested_by=author.name,
                total=len(planned),
                prepared_at=timezone.now(),
                **given,
            ),
            planned,
        )

    name, steps = KINDS[kind]
    begun = kept("begun", BEGINNINGS[kind], state=State.DONE) if kind in BEGINNINGS else None
    change = kept(kind, steps, kind=name, state=state, follows=begun, paused=state == State.RUNNING)
    if state in (State.FAILED, State.DONE):
        done = Step.State.DONE if state == State.DONE else Step.State.REFUSED
        change.steps.update(state=done, finished_at=timezone.now())
    return change


def cells() -> Iterator[tuple[str, str, str, tuple[str, ...], str]]:
    return iter(product(VERBS, KINDS, MAY_WRITE, ((), (HOME,)), ("own", "other's")))


def attempt(actor: Actor, change: Change, verb: str) -> bool:
    """Whether the verb is allowed; what makes no sense for other reasons is allowed."""
    try:
        VERBS[verb][1](actor, change)
    except (policy.Denied, Http404):
        return False
    except control.InvalidState as reason:
        return "Another operator has to approve" not in str(reason)
    except CannotUndo:
        return True
    return True


def wrong_cells(organization: Organization, every: int = 1) -> list[str]:
    author = world.actor(world.operator("Owner", organization, name="author"))
    actors = {
        (role, domains): world.actor(
            world.operator(role, organization, *domains, name=f"{role}{len(domains)}".lower())
        )
        for role, domains in product(MAY_WRITE, ((), (HOME,)))
    }
    wrong = []
    for verb, kind, role, domains, owner in islice(cells(), 0, None, every):
        actor = actors[role, domains]
        with transaction.atomic():
            change = make(actor if owner == "own" else author, organization, kind, VERBS[verb][0])
            before = Change.objects.filter(pk=change.pk).values().get()
            denied = Entry.objects.filter(kind=Entry.Kind.DENIED).count()
            allowed = attempt(actor, change, verb)
            expected = may_act(verb, kind, role, domains, owner)
            cell = f"{verb} / {kind} / {role} {domains} / {owner}"
            if allowed != expected:
                wrong.append(f"{cell}: {'allowed' if allowed else 'refused'}")
            if not allowed and Change.objects.filter(pk=change.pk).values().get() != before:
                wrong.append(f"{cell}: refused, and changed all the same")
            entered = Entry.objects.filter(kind=Entry.Kind.DENIED).count() - denied
            if not allowed and owner != "own" and entered != 1:
                wrong.append(f"{cell}: {entered} entries of the refusal")
            transaction.set_rollback(True)
    return wrong


@pytest.mark.django_db(transaction=True)
def test_every_verb_takes_what_the_model_says(organization: Organization) -> None:
    wrong = wrong_cells(organization)
    assert wrong == [], f"{len(wrong)} cells differ from the model"


@pytest.mark.django_db(transaction=True)
def test_a_verb_that_asks_nobody_is_found(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: authority that only knows RunChanges, as it was."""
    monkeypatch.setattr(authority, "require_authority", lambda actor, change, verb: None)
    assert len(wrong_cells(organization, every=17)) > 10
