"""Files as administrators really have them: what each comes to, row by row."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from console.areas.users.user_fields import InvalidCell, parse_cell
from console.changes import control, engine
from console.changes.models import Change
from console.mirror.models import Alias, Domain, Entity
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas.users.conftest import Desk

CASES = Path(__file__).parent / "field_cases"
DOMAIN = "northwind-health.example"


@pytest.fixture(autouse=True)
def northwind(adam: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.changes.budget.max_rate", lambda: 1e9)
    ada = Entity.objects.get(entity_id=ADA)
    Domain.objects.create(organization=ada.organization, name=DOMAIN, ownership="VERIFIED")
    ada.name, ada.email = "aaron.brown", f"aaron.brown@{DOMAIN}"
    ada.derive([])
    ada.save()
    Alias.objects.create(organization=ada.organization, entity=ada, address=f"u.ap3@{DOMAIN}")


def upload(desk: Desk, name: str, page: str = "file-create", **given: str) -> Any:
    content = (CASES / name).read_bytes()
    return desk.post(page, data={"file": SimpleUploadedFile(Path(name).name, content), **given})


def planned() -> dict[int | None, dict[str, Any]]:
    """What the rows ask for, by their numbers, all steps of a row together."""
    found: dict[int | None, dict[str, Any]] = {}
    for step in Change.objects.get().steps.all():
        found.setdefault(step.row, {}).update(step.params)
    return found


def faults() -> dict[int, str]:
    return {row: said for row, _, _, said in Change.objects.get().data["left"]}


def said(page: Any) -> str:
    return str(page.content.decode())


class TestRefused:
    """Nothing of the file is written, and the page says what it is or what is wrong with it."""

    CASES = (
        ("unclosed-quote.csv", "Row 2 opens a quotation mark that never closes"),
        ("ldif.ldif", "This is LDIF"),
        ("ods.ods", "This is an OpenDocument file"),
        ("bidi-control.csv", "U+202E"),
        ("formula-cells.csv", "is a formula of a spreadsheet"),
        ("formula-cells.csv", "is an error value of a spreadsheet"),
        ("name-with-spaces.csv", "no blanks"),
        ("alias-equals-primary.csv", f"u.ap@{DOMAIN} is in this row twice"),
    )

    def test_with_the_reason(self, adam: Desk) -> None:
        for name, text in self.CASES:
            page = upload(adam, name)
            assert (name, page.status_code) == (name, 422)
            assert text in said(page)
            assert not Change.objects.exists()

    def test_a_row_with_a_stray_quote_alone(self, adam: Desk) -> None:
        upload(adam, "stray-quote-inside.csv")
        assert faults() == {3: "The row has a quotation mark inside a quoted cell that is not doubled."}
        assert {row: step["DisplayName"] for row, step in planned().items()} == {
            2: 'Ina "Q" Quist',
            4: "Ina Sist",
        }

    def test_a_quotation_mark_that_swallows_rows_and_closes_by_chance(self, adam: Desk) -> None:
        text = 'Name,DisplayName,Email\na.b,"Ada B,a@x\nc.d,Cy D,"c@x\n'
        page = adam.post("file-create", data={"text": text})
        assert page.status_code == 422
        assert "never closes" in said(page)

    def test_what_looks_damaged_can_be_accepted(self, adam: Desk) -> None:
        upload(adam, "formula-cells.csv", accept_damage="on")
        assert planned()[2]["JobTitle"] == "#N/A"


class TestEncodings:
    def test_that_are_not_certain_are_chosen_from_samples(self, adam: Desk) -> None:
        page = upload(adam, "cp850.csv")
        assert (page.status_code, Change.objects.exists()) == (422, False)
        choices = dict(page.context["form"].fields["encoding"].choices)
        assert "Jürgen" in choices["cp850"]
        carried = {name: page.context["form"].data[name] for name in ("content", "text")}
        adam.post("file-create", data={**carried, "encoding": "cp850"})
        assert planned()[2]["DisplayName"] == "Jürgen Groß"

    def test_of_two_likely_ones_none_is_guessed(self, adam: Desk) -> None:
        text = f"Name;DisplayName;Email\nr.h;Řehoř Horák;r.h@{DOMAIN}\n".encode("cp1250")
        page = adam.post("file-create", data={"file": SimpleUploadedFile("a.csv", text)})
        assert page.status_code == 422
        assert {"cp1250", "cp1252"} <= dict(page.context["form"].fields["encoding"].choices).keys()

    def test_utf_16_without_a_mark(self, adam: Desk) -> None:
        upload(adam, "utf16le-no-bom.csv")
        assert planned()[2]["DisplayName"] == "Zoë Müller"
        assert Change.objects.get().data["notes"] == []


class TestOtherDirectories:
    def test_a_title_above_the_header(self, adam: Desk) -> None:
        upload(adam, "title-row.csv")
        assert planned()[4]["Name"] == "t.r"
        assert "header was found in row 3" in Change.objects.get().data["notes"][0]

    def test_google_workspace(self, adam: Desk) -> None:
        upload(adam, "google-workspace-users.csv")
        asked = planned()[2]
        assert (asked["Name"], asked["DisplayName"], asked["FirstName"]) == (
            "nia.petrov",
            "Nia Petrov",
            "Nia",
        )
        assert (asked["Email"], asked["Telephone"]) == (f"nia.petrov@{DOMAIN}", "+1 555 0100")
        assert asked["JobTitle"] == "Clerk"
        assert "****" not in str(Change.objects.get().data)

    def test_microsoft_365_asks_what_the_usernames_are(self, adam: Desk) -> None:
        page = upload(adam, "m365-users-template.csv")
        assert page.status_code == 422
        assert "usernames in the file are email addresses" in said(page)
        text = page.context["form"].data["text"]
        adam.post("file-create", data={"text": text, "addresses": "mailbox"})
        asked = planned()[2]
        assert (asked["Name"], asked["Email"]) == ("oda.lind", f"oda.lind@{DOMAIN}")
        assert (asked["Office"], asked["Telephone"]) == ("123451", "123-555-1211")
        assert (asked["Street"], asked["ZipCode"]) == ("1 Microsoft way", "98052")
        assert asked["Country"] == "United States"

    def test_active_directory(self, adam: Desk) -> None:
        upload(adam, "ad-export-csv-type-line.csv")
        asked = planned()[3]
        assert (asked["Name"], asked["LastName"], asked["Telephone"]) == ("rsato", "Sato", "+81 3 1234 5678")

    def test_entra_writes_its_names_in_brackets(self, adam: Desk) -> None:
        header = "Name [displayName] Required,User name [userPrincipalName] Required,Job title [jobTitle]"
        adam.post(
            "file-create", data={"text": f"{header}\nUma L,u.l@{DOMAIN},Nurse\n", "addresses": "mailbox"}
        )
        asked = planned()[2]
        assert (asked["DisplayName"], asked["Name"], asked["JobTitle"]) == ("Uma L", "u.l", "Nurse")

    def test_any_other_one_is_assigned_by_hand(self, adam: Desk) -> None:
        text = "Konto,Klarname\nu.k,Uma K\n"
        page = adam.post("file-create", data={"text": text})
        assert page.status_code == 422
        assert "Column “Klarname”" in said(page)
        assert "Uma K" in page.context["form"].fields["map_1"].help_text
        adam.post("file-create", data={"text": text, "map_0": "Name", "map_1": "DisplayName"})
        assert planned()[2]["DisplayName"] == "Uma K"


class TestCells:
    def test_an_address_in_angle_brackets(self, adam: Desk) -> None:
        upload(adam, "angle-address.csv")
        assert planned()[2]["Email"] == f"u.an@{DOMAIN}"

    def test_aliases_by_any_separator(self, adam: Desk) -> None:
        upload(adam, "aliases-commas.csv")
        aliases = Change.objects.get().steps.filter(operation="CreateAlias")
        assert [each.params["Alias"] for each in aliases] == [f"a1.ac@{DOMAIN}", f"a2.ac@{DOMAIN}"]

    def test_proxy_addresses_of_microsoft(self, adam: Desk) -> None:
        cell = f"SMTP:u.p@{DOMAIN}+smtp:u.p2@{DOMAIN}+X500:/o=First"
        adam.post("file-create", data={"text": f"Name,DisplayName,Proxy addresses\nu.p,Uma P,{cell}\n"})
        aliases = Change.objects.get().steps.filter(operation="CreateAlias")
        assert [each.params["Alias"] for each in aliases] == [f"u.p2@{DOMAIN}"]
        assert planned()[2]["Email"] == f"u.p@{DOMAIN}"

    def test_yes_in_other_languages(self, adam: Desk) -> None:
        upload(adam, "localized-bool.csv")
        assert planned()[2]["HiddenFromGlobalAddressList"] is True
        words = {
            "FALSCH": False,
            "VRAI": True,
            "FAUX": False,
            "ja": True,
            "nein": False,
            "x": True,
            "non": False,
        }
        assert {word: parse_cell("HiddenFromGlobalAddressList", word) for word in words} == words

    def test_sizes_with_units(self) -> None:
        sizes = {"25 GB": 25600, "25,600 MB": 25600, "2,5 GB": 2560, "50 GB (53,687,091,200 bytes)": 51200}
        assert {text: parse_cell("MailboxQuota", text) for text in sizes} == sizes
        for text in ("1,024 GB", "1.024 GB", "unlimited", "0", "1.5", "80 GB"):
            with pytest.raises(InvalidCell):
                parse_cell("MailboxQuota", text)

    def test_a_half_made_user_is_completed(self, adam: Desk, town: TestSandbox) -> None:
        made = town.call("CreateUser", Name="half", DisplayName="Half Made", Password="Abcdef1!x")["UserId"]
        ada = Entity.objects.get(entity_id=ADA)
        half = {"name": "half", "display_name": "Half Made", "state": "DISABLED", "kind": "user"}
        user = Entity(organization=ada.organization, entity_id=made, **half)
        user.derive([])
        user.save()
        adam.post("file-create", data={"text": "Name,DisplayName,Email\nhalf,Half Made,half@example.com\n"})
        change = Change.objects.get()
        assert [each.operation for each in change.steps.all()] == ["RegisterToWorkMail"]
        control.run_draft(change.requester, change)
        engine.sweep()
        assert town.call("DescribeUser", UserId=made)["State"] == "ENABLED"


class TestEdits:
    def test_an_address_that_is_a_street(self, adam: Desk) -> None:
        upload(adam, "edit-by-address-street.csv", "file-edit")
        asked = planned()[2]
        assert (asked["UserId"], asked["Street"], asked["City"]) == (ADA, "9 Binney St", "Boston")

    def test_an_alias_means_its_owner(self, adam: Desk) -> None:
        upload(adam, "edit-by-alias.csv", "file-edit")
        assert planned()[2] == {"UserId": ADA, "JobTitle": "Boss"}

    def test_google_workspace(self, adam: Desk) -> None:
        upload(adam, "edit-google.csv", "file-edit")
        asked = planned()[2]
        assert (asked["UserId"], asked["JobTitle"]) == (ADA, "Chief Pharmacist")

    def test_what_cannot_be_seen_is_no_edit(self, adam: Desk) -> None:
        ada = Entity.objects.get(entity_id=ADA)
        ada.details["JobTitle"] = "Chief Nurse"
        ada.save()
        adam.post("file-edit", data={"text": "Name,JobTitle\naaron.brown,Chief  Nurse\u200b\n"})
        assert not Change.objects.exists()


class TestPassing:
    """Shapes that were always read."""

    @pytest.mark.parametrize(
        "path", sorted((CASES / "passing").glob("[!e]*.csv")), ids=lambda path: path.stem
    )
    def test_are_read(self, adam: Desk, path: Path) -> None:
        page = upload(adam, f"passing/{path.name}")
        assert page.status_code in (303, 422)
        if page.status_code == 422:
            assert "none can be imported" in said(page)
