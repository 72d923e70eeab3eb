"""HTML of strangers made harmless: words and tables stay, whatever acts, loads or leads elsewhere goes.

It is shown in a sandboxed frame under the console's own content security policy as well: each of the
three alone would do.
"""

from dataclasses import dataclass
from html.parser import HTMLParser

import nh3

READ = """
a abbr address article b bdi bdo big blockquote br caption center cite code col colgroup dd del details
dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i ins kbd li main mark nav ol p
pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead
time tr tt u ul var wbr
"""
# Their content is not for reading, so it goes with them.
ACTING = "script style title noscript template iframe object embed applet svg math select textarea"
TAGS, EMPTIED = frozenset(READ.split()), frozenset(ACTING.split())
ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "*": {"dir", "lang"}}
SHOWN = frozenset({"http", "https", "mailto", "ftp", "tel"})
MOST, LONGEST = 100, 2_000


@dataclass(frozen=True, slots=True)
class Link:
    """Where something that can be clicked would lead, and what it says."""

    text: str
    target: str


def harmless(html: str) -> str:
    """Without scripts, styles, forms, images, links and whatever else is not text or its order."""
    return nh3.clean(
        html, tags=TAGS, clean_content_tags=EMPTIED, attributes=ATTRIBUTES, url_schemes=set(), link_rel=None
    )


def links(html: str) -> list[Link]:
    """The first links, to be read and not to be followed."""
    reader = _Links()
    reader.feed(
        nh3.clean(
            html,
            tags=TAGS,
            clean_content_tags=EMPTIED,
            attributes={"a": {"href"}},
            url_schemes=SHOWN,
            link_rel=None,
        )
    )
    return reader.found


class _Links(HTMLParser):
    """Reads what nh3 has written, which is in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Link] = []
        self.target: str | None = None
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.target, self.text = dict(attrs).get("href"), []

    def handle_data(self, data: str) -> None:
        if self.target:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self.target and len(self.found) < MOST:
            text = " ".join("".join(self.text).split())
            self.found.append(Link(text[:LONGEST], self.target[:LONGEST]))
            self.target = None
