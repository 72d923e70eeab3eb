"""Columns of a user file, recognized by the headers of other directories and languages."""

from collections.abc import Mapping
from dataclasses import replace

from console.ui.address_list import parse_addresses
from console.ui.uploaded_table import ALTERNATIVES, UploadedRow, UploadedTable, fold_header

NAME, DISPLAY_NAME, EMAIL, GROUPS, ALIASES = "Name", "DisplayName", "Email", "Groups", "Aliases"
# Google Workspace, Microsoft 365, Entra, Active Directory, LDAP, and what people write by hand.
HEADER_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "UserId": ("Id", "WorkMail user id"),
    NAME: (
        *("Username", "User name", "Login", "Login name", "Logon name", "User logon name", "Account name"),
        *("sAMAccountName", "uid", "userPrincipalName", "User principal name", "UPN", "mailNickname"),
        *("Benutzername", "Anmeldename", "Nom d'utilisateur", "Identifiant", "Nombre de usuario", "Usuario"),
        *("Nome utente", "Nome de usuário", "Gebruikersnaam"),
    ),
    DISPLAY_NAME: (
        *("Full name", "cn", "Common name", "gecos", "Anzeigename", "Vollständiger Name", "Nom complet"),
        *("Nom affiché", "Nom d'affichage", "Nombre completo", "Nombre para mostrar", "Nome completo"),
        *("Nome visualizzato", "Nome para exibição", "Weergavenaam"),
    ),
    "FirstName": (
        *("First name", "Given name", "givenName", "Forename", "Vorname", "Prénom", "Nombre", "Nome"),
        "Voornaam",
    ),
    "LastName": (
        *("Last name", "Surname", "sn", "Family name", "Nachname", "Familienname", "Nom de famille"),
        *("Apellido", "Apellidos", "Cognome", "Sobrenome", "Achternaam"),
    ),
    "Initials": ("Initialen", "Initiales", "Iniciales"),
    "JobTitle": (
        *("Title", "Employee title", "Job role", "Position", "Funktion", "Berufsbezeichnung", "Fonction"),
        *("Titre", "Cargo", "Puesto", "Mansione", "Functie", "Stelle"),
    ),
    "Department": (
        *("Dept", "ou", "departmentNumber", "Abteilung", "Service", "Département", "Departamento"),
        *("Reparto", "Afdeling"),
    ),
    "Company": (
        *("Company name", "companyName", "Organization", "o", "Firma", "Unternehmen", "Entreprise"),
        *("Société", "Empresa", "Azienda", "Bedrijf"),
    ),
    "Office": (
        *("Office number", "Office location", "physicalDeliveryOfficeName", "Office name", "Büro", "Bureau"),
        *("Oficina", "Ufficio", "Kantoor"),
    ),
    "Telephone": (
        *("Phone", "Phone number", "Office phone", "Work phone", "Business phone", "Telephone number"),
        *("telephoneNumber", "businessPhones", "OfficePhone", "Telefon", "Telefonnummer", "Téléphone"),
        *("Teléfono", "Telefono", "Telefone", "Telefoon"),
    ),
    "Street": (
        "Street address",
        "streetAddress",
        "Straße",
        "Strasse",
        "Rue",
        "Calle",
        "Via",
        "Rua",
        "Straat",
    ),
    "ZipCode": (
        *("Zip", "Zip code", "ZIP or postal code", "Postal code", "postalCode", "PLZ", "Postleitzahl"),
        *("Code postal", "Código postal", "CAP", "CEP", "Postcode"),
    ),
    "City": ("l", "Locality", "Town", "Ort", "Stadt", "Ville", "Ciudad", "Città", "Cidade", "Plaats"),
    "Country": (
        *("Country or region", "Country/region", "co", "Land", "Pays", "País", "Paese", "Usage location"),
    ),
    "HiddenFromGlobalAddressList": (
        *("Hidden from address list", "Hide from address list", "HiddenFromAddressListsEnabled"),
        *("msExchHideFromAddressLists", "showInAddressList hidden"),
    ),
    "MailboxQuota": (
        "Quota",
        "Mailbox size limit",
        "ProhibitSendReceiveQuota",
        "Quota (MB)",
        "Postfachgröße",
    ),
    EMAIL: (
        *("Email address", "E-mail", "E-mail address", "Mail", "Primary email", "Primary email address"),
        *("Primary address", "PrimarySmtpAddress", "WindowsEmailAddress", "E-Mail-Adresse", "Courriel"),
        *("Adresse e-mail", "Adresse électronique", "Correo electrónico", "Correo", "Indirizzo e-mail"),
        "Indirizzo di posta",
    ),
    ALIASES: (
        *("Alias addresses", "Email aliases", "proxyAddresses", "Proxy addresses", "EmailAddresses"),
        *("mailAlternateAddress", "Alias-Adressen"),
    ),
    GROUPS: ("Group", "Member of", "memberOf", "Gruppen", "Groupes", "Grupos", "Gruppi", "Groepen"),
    # By their cells: with an @ the first, else the second.
    f"{EMAIL}{ALTERNATIVES}Street": (
        "Address",
        "Adresse",
        "Anschrift",
        "Dirección",
        "Indirizzo",
        "Endereço",
        "Adres",
    ),
    f"{ALIASES}{ALTERNATIVES}{NAME}": ("Alias",),
}


def add_synonyms(names: Mapping[str, str], columns: tuple[str, ...]) -> dict[str, str]:
    """Return `names` with the synonyms of these columns; own names win."""
    known_names = dict(names)
    for column, headers in HEADER_SYNONYMS.items():
        if set(column.split(ALTERNATIVES)) & set(columns):
            for header in headers:
                known_names.setdefault(fold_header(header), column)
    return known_names


def has_address_usernames(sheet: UploadedTable) -> bool:
    """Return whether usernames are email addresses and no column has primary addresses."""
    names = [cell for line in sheet.lines if (cell := line.cells.get(NAME, ""))]
    return EMAIL not in sheet.columns and 2 * sum("@" in name for name in names) > len(names)


def derive_cells(sheet: UploadedTable, *, names_are_addresses: bool) -> UploadedTable:
    """Add the username, display name and primary address that the rows imply."""
    for line in sheet.lines:
        _derive_row(line, names_are_addresses=names_are_addresses)
    added = [
        column for column in (NAME, DISPLAY_NAME, EMAIL) if any(column in each.cells for each in sheet.lines)
    ]
    return replace(sheet, columns=tuple(dict.fromkeys([*sheet.columns, *added])))


def _derive_row(line: UploadedRow, *, names_are_addresses: bool) -> None:
    cells = line.cells
    if names_are_addresses and "@" in cells.get(NAME, ""):
        cells[EMAIL] = cells[NAME]
        cells[NAME] = cells[NAME].partition("@")[0]
    aliases = parse_addresses(cells.get(ALIASES, ""))
    if primary := next((each.text for each in aliases if each.is_primary), ""):
        cells[EMAIL] = cells.get(EMAIL) or primary
        is_alias = [each.text for each in aliases if each.text.lower() != cells[EMAIL].lower()]
        cells[ALIASES] = "; ".join(is_alias)
    if not cells.get(NAME) and NAME not in cells and cells.get(EMAIL):
        addresses = parse_addresses(cells[EMAIL])
        cells[NAME] = addresses[0].text.partition("@")[0] if addresses else ""
    if DISPLAY_NAME not in cells:
        full = " ".join(filter(None, (cells.get("FirstName", ""), cells.get("LastName", ""))))
        if full:
            cells[DISPLAY_NAME] = full
