"""One page of the ledger, at the same cost however long the ledger is."""

from django.http import QueryDict

from console.areas.ledger import scope
from console.areas.ledger.tables import LEDGER
from console.ledger.models import Entry, EntryQuerySet
from console.mirror.models import Organization
from console.operators.actors import Actor
from console.ui import tables
from console.ui.keyset import Cursor, window


def page(actor: Actor, organization: Organization, params: QueryDict) -> tables.Page:
    """The numbers of each part's next entries first, each from its own index; then the rows of those."""
    sort, cursor = LEDGER.sort(params), Cursor.read(params)
    numbers = [
        row[LEDGER.key]
        for part in scope.parts(actor, organization)
        for row in window(
            scope.one_a_call(part, organization, params), (), sort, LEDGER.key, cursor, tables.SIZE + 1
        ).rows
    ]
    found: EntryQuerySet = Entry.objects.filter(seq__in=numbers)
    return tables.paginate(found.with_result(), LEDGER, params, extra={"slug": organization.slug})
