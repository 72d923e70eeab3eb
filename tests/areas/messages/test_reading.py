"""What a stranger's message becomes: readable where it can be, harmless always, never an error."""

import random
from email.message import EmailMessage

import pytest

from console.areas.messages import message_parser
from console.areas.messages.safe_html import MessageLink, clean_html, extract_links
from console.sandbox import mailbox_content

NASTY = [
    '<script>fetch("https://evil.example")</script>',
    "<style>body{background:url(https://evil.example)}</style>",
    '<img src="https://evil.example/pixel.gif">',
    '<img src=x onerror="alert(1)">',
    '<form action="https://evil.example"><input name="password"><button>Go</button></form>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="https://evil.example" ping="https://evil.example">x</a>',
    '<iframe src="https://evil.example"></iframe>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    '<link rel="stylesheet" href="https://evil.example">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example">',
    '<svg onload="alert(1)"><image href="https://evil.example"/></svg>',
    '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
    '<p style="background:url(https://evil.example)" onclick="alert(1)">x</p>',
    '<table background="https://evil.example"><tr><td background="https://evil.example">x',
    '<video poster="https://evil.example"><source src="https://evil.example"></video>',
    '<object data="https://evil.example"></object><embed src="https://evil.example">',
    '"></iframe><script>alert(1)</script>',
    '<!--><img src="https://evil.example">-->',
    '<div id="main" class="card" name="x">x</div>',
    '<template><img src="https://evil.example"></template>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
]


def made(html: str = "", text: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "ada@example.com", "Hello"
    message.set_content(text or "Hello.")
    if html:
        message.add_alternative(html, subtype="html")
    return message


class TestHtml:
    @pytest.mark.parametrize("html", NASTY)
    def test_keeps_nothing_that_acts_loads_or_leads_elsewhere(self, html: str) -> None:
        clean = clean_html(f"<p>before</p>{html}")
        assert "before" in clean
        for word in (
            "evil.example",
            "<script",
            "<style",
            "<img",
            "href",
            "onerror",
            "onclick",
            "<form",
            "<input",
            "style=",
            "id=",
            "class=",
        ):
            assert word not in clean.replace("&lt;", "")

    def test_keeps_words_tables_and_lists(self) -> None:
        html = '<h1>A</h1><table><tr><td colspan="2">B</td></tr></table><ul><li>C</li></ul>'
        clean = clean_html(html)
        for part in ("<h1>A</h1>", '<td colspan="2">B</td>', "<li>C</li>"):
            assert part in clean

    def test_tells_where_its_links_lead_as_they_are_written(self) -> None:
        html = '<a href="https://evil.example/?a=1&amp;b=2">Your <b>bank</b></a><a href="javascript:x">y</a>'
        assert extract_links(html) == [MessageLink("Your bank", "https://evil.example/?a=1&b=2")]


class TestAMessage:
    def test_has_its_headers_decoded_and_its_text(self) -> None:
        head = b"From: =?utf-8?q?Ada_=C3=87elik?= <ada@example.com>\r\nX-One: 1\r\nSubject: a\r\n b\r\n\r\n"
        found = message_parser.parse_message(head + b"Hi.\r\n")
        assert found.named == [("From", "Ada Çelik <ada@example.com>"), ("Subject", "a b")]
        assert ("X-One", "1") in found.headers
        assert (found.text.strip(), found.html, found.attachments, found.trouble) == ("Hi.", "", [], [])

    def test_lists_what_is_attached_with_type_and_size(self) -> None:
        message = made("<p>Hi</p>")
        message.add_attachment(b"x" * 500, maintype="application", subtype="pdf", filename="bill.pdf")
        message.add_attachment(made(text="inner"))
        found = message_parser.parse_message(message.as_bytes())
        first, second = found.attachments
        assert (first.name, first.type, first.size) == ("bill.pdf", "application/pdf", 500)
        assert second.type == "message/rfc822"
        assert second.size > 50
        assert found.html.strip() == "<p>Hi</p>"
        assert "inner" not in found.text

    def test_that_is_a_file_is_no_text(self) -> None:
        message = EmailMessage()
        message.add_attachment("<p>x</p>", subtype="html", filename="page.html")
        found = message_parser.parse_message(message.as_bytes())
        assert found.html == ""
        assert [each.name for each in found.attachments] == ["page.html"]

    def test_shows_no_name_that_reads_backwards(self) -> None:
        message = made()
        message.add_attachment(b"", maintype="image", subtype="png", filename="invoice\u202egnp.exe")
        (attached,) = message_parser.parse_message(message.as_bytes()).attachments
        assert attached.name == "invoice\ufffdgnp.exe"

    @pytest.mark.parametrize("charset", ["klingon-8", "utf-8", "undefined", "idna", "\u00e9", "hex"])
    def test_in_any_charset_is_shown(self, charset: str) -> None:
        head = f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode()
        assert "Hello" in message_parser.parse_message(head + b"Hello \xe9\xff").text

    def test_that_is_very_long_is_cut_and_says_so(self) -> None:
        found = message_parser.parse_message(b"\r\n" + b"x" * (message_parser.MAX_TEXT_LENGTH + 5))
        assert len(found.text) == message_parser.MAX_TEXT_LENGTH
        assert "first 1,000,000 characters" in found.trouble[0]

    @pytest.mark.parametrize("depth", [50, 3_000])
    def test_with_parts_in_parts_is_no_trap(self, depth: int) -> None:
        heads = "".join(
            f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth)
        )
        found = message_parser.parse_message(heads.encode() + b"Content-Type: text/plain\r\n\r\ninside\r\n")
        assert found.size > depth
        assert found.text.strip() == "inside" or found.trouble or found.attachments

    def test_has_the_names_of_its_files_decoded(self) -> None:
        shown = [message_parser.parse_message(source.content) for source in mailbox_content.read_letters()]
        names = {attached.name for message in shown for attached in message.attachments}
        assert {"Eelanalüüsi päring.jpg", "てすと.txt", "This is a test.pdf"} <= names
        assert not [name for name in names if "=?" in name]

    def test_of_the_whole_corpus_is_read(self) -> None:
        for source in (*mailbox_content.read_letters(), *mailbox_content.read_spam()):
            found = message_parser.parse_message(source.content)
            assert found.size == len(source.content)
            assert "<script" not in found.html

    def test_of_any_bytes_is_no_error(self) -> None:
        dice = random.Random(5)
        whole = b"".join(source.content for source in mailbox_content.read_spam())
        for _ in range(60):
            start = dice.randrange(len(whole))
            piece = bytearray(whole[start : start + 3_000])
            for _ in range(40):
                piece[dice.randrange(len(piece))] = dice.randrange(256)
            message_parser.parse_message(bytes(piece))
        assert message_parser.parse_message(b"").attachments == []
