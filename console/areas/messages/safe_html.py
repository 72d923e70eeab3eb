"""Clean the HTML of untrusted messages; it is also shown in a sandboxed frame under the console's CSP.

It is shown in a sandboxed frame under the console's own content security policy as well: each of the
three alone would do.
"""

from dataclasses import dataclass
from html.parser import HTMLParser

import nh3

READABLE_TAGS = """
a abbr address article b bdi bdo big blockquote br caption center cite code col colgroup dd del details
dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i ins kbd li main mark nav ol p
pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead
time tr tt u ul var wbr
"""
# Their content is not for reading, so it goes with them.
ACTIVE_TAGS = "script style title noscript template iframe object embed applet svg math select textarea"
TAGS, REMOVED_TAGS = frozenset(READABLE_TAGS.split()), frozenset(ACTIVE_TAGS.split())
ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "*": {"dir", "lang"}}
LINK_SCHEMES = frozenset({"http", "https", "mailto", "ftp", "tel"})
MAX_LINKS, MAX_LINK_LENGTH = 100, 2_000


@dataclass(frozen=True, slots=True)
class MessageLink:
    text: str
    target: str


def clean_html(html: str) -> str:
    """Return the HTML without scripts, styles, forms, images, links and all else but text and structure."""
    return nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=REMOVED_TAGS,
        attributes=ATTRIBUTES,
        url_schemes=set(),
        link_rel=None,
    )


def extract_links(html: str) -> list[MessageLink]:
    reader = _LinkReader()
    reader.feed(
        nh3.clean(
            html,
            tags=TAGS,
            clean_content_tags=REMOVED_TAGS,
            attributes={"a": {"href"}},
            url_schemes=LINK_SCHEMES,
            link_rel=None,
        )
    )
    return reader.found


class _LinkReader(HTMLParser):
    """Parser of nh3's output, which is well formed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[MessageLink] = []
        self.target: str | None = None
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.target, self.text = dict(attrs).get("href"), []

    def handle_data(self, data: str) -> None:
        if self.target:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.target and len(self.found) < MAX_LINKS:
            text = " ".join("".join(self.text).split())
            self.found.append(MessageLink(text[:MAX_LINK_LENGTH], self.target[:MAX_LINK_LENGTH]))
            self.target = None
