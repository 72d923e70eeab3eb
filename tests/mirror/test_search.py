"""Text is found whatever its case, marks and place, and by the cheapest way there is."""

import pytest
from django.db import connection

from console.mirror import search_query, search_text
from console.mirror.models import Entity, Organization
from tests.mirror.support import names, person


class TestNormalising:
    @pytest.mark.parametrize(
        ("written", "compared"),
        [
            ("Ångström", "angstrom"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("İstanbul", "istanbul"),
            ("ﬁne", "fine"),
            ("\uff21\uff44\uff41", "ada"),
            ("Đorđe", "đorđe"),
            ("王伟", "王伟"),
        ],
    )
    def test_case_marks_and_forms_do_not_count(self, written: str, compared: str) -> None:
        assert search_text.normalise_text(written) == compared

    @pytest.mark.parametrize("text", ["Ångström", "Straße", "한국", "ΐ", "Ǆ", "plain"])
    def test_twice_is_as_once(self, text: str) -> None:
        assert search_text.normalise_text(search_text.normalise_text(text)) == search_text.normalise_text(
            text
        )

    def test_a_document_holds_each_word_once(self) -> None:
        assert (
            search_text.make_document(["Ada Çelik", "ada", "", "ada@example.com"])
            == "  ada  celik  ada@example.com"
        )

    def test_a_sort_key_fits_its_column(self) -> None:
        assert len(search_text.make_sort_key("ﷺ" * 256)) == search_text.MAX_SORT_LENGTH


@pytest.fixture(params=["looked up", "walked"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of SQLite have to find the same."""
    if request.param == "walked":
        monkeypatch.setattr(search_query, "FEW_HITS", -1)
        monkeypatch.setattr(search_query, "FEW_SHARE", -1)


@pytest.mark.usefixtures("way")
class TestMatching:
    @pytest.fixture(autouse=True)
    def people(self, organization: Organization) -> None:
        person(organization, "ada", display_name="Ada Çelik", department="Research & Development")
        person(organization, "bo.ek", display_name="Bo Ek", aliases=["robert@example.com"])
        person(organization, "x100%_y", display_name='Quo"te\\d', email="")
        person(organization, "wei", display_name="王伟")

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("celik", ["ada"]),
            ("ÇELİK", ["ada"]),
            ("eli", ["ada"]),
            ("ada research", ["ada"]),
            ("research ada", ["ada"]),
            ("ada bo", []),
            ("example.com", ["ada", "bo.ek", "wei"]),
            ("robert", ["bo.ek"]),
            ("zzqx", []),
            ("100%", ["x100%_y"]),
            ("0%_", ["x100%_y"]),
            ("0__y", []),
            ('o"t', ["x100%_y"]),
            ("te\\d", ["x100%_y"]),
            ("'; DROP", []),
            ("ada\0", ["ada"]),
        ],
    )
    def test_words_are_found_anywhere(self, organization: Organization, text: str, found: list[str]) -> None:
        assert names(organization, text) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [("c", ["ada"]), ("ce", ["ada"]), ("el", []), ("ek", ["bo.ek"]), ("b e", ["bo.ek"]), ("王", ["wei"])],
    )
    def test_short_words_are_found_where_a_word_begins(
        self, organization: Organization, text: str, found: list[str]
    ) -> None:
        assert names(organization, text) == found

    @pytest.mark.parametrize("text", ["", "   ", "\t"])
    def test_nothing_asked_is_everybody(self, organization: Organization, text: str) -> None:
        assert len(names(organization, text)) == 4


class TestIndex:
    def test_a_changed_text_is_found_and_the_old_one_no_longer(self, organization: Organization) -> None:
        entity = person(organization, "ada")
        entity.name, entity.display_name, entity.email = "grace", "", ""
        entity.derive([])
        entity.save()
        assert (names(organization, "ada"), names(organization, "grace")) == ([], ["grace"])

    def test_a_removed_row_is_not_found(self, organization: Organization) -> None:
        person(organization, "ada")
        Entity.objects.all().delete()
        person(organization, "bo")
        assert (names(organization, "ada"), names(organization, "example")) == ([], ["bo"])

    def test_an_upsert_is_found(self, organization: Organization) -> None:
        entity = person(organization, "ada")
        entity.pk, entity.search_text = None, "  countess"
        Entity.objects.bulk_create(
            [entity],
            update_conflicts=True,
            unique_fields=["organization", "entity_id"],
            update_fields=["search_text"],
        )
        assert (names(organization, "countess"), names(organization, "example")) == (["ada"], [])

    def test_the_database_has_the_index(self, organization: Organization) -> None:
        if connection.vendor == "sqlite":
            plan = (
                Entity.objects.of(organization, "user").matching("zzqx").order_by("sort_name", "id").explain()
            )
            assert "INTEGER PRIMARY KEY" in plan
        else:
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute("SET LOCAL enable_indexscan = off")
            assert "mirror_entity_search" in Entity.objects.filter(search_text__contains="zzqx").explain()
