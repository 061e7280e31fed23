"""Finds sentences in public text, and what is wrong with each: too long, or a word that plain English has no use for.

A sentence ends at a full stop, a question mark or an exclamation mark, at the end of a list item, of a table's cell and
of a heading. Code counts as one word. Sentences in Chinese are not judged: their words are not set apart by blanks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST = 25  # words: what GOV.UK's and Microsoft's style guides allow
FORBIDDEN = re.compile(
    r"\b(anew|whoever|whomever|whichever|for ever|no more|any more|mend(?:s|ed|ing)?|reckon\w*|hung|hangs?|hanging"
    r"|lest|whence|thence|thither|hither|nought|aught)\b",
    re.IGNORECASE,
)
ENDS = re.compile(r"(?<=[.!?。])[\"'”’)*_]*\s+")
ABBREVIATED = re.compile(r"\b(e\.g|i\.e|etc|vs|cf|approx)\.", re.IGNORECASE)
CODE = re.compile(r"``.+?``|`[^`]+`")
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
ADDRESS = re.compile(r"<?https?://[^\s>)]+>?")
WORD = re.compile(r"[A-Za-z0-9À-ɏ]\S*")
HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Sentence:
    text: str
    line: int

    @property
    def fault(self) -> str | None:
        """None: nothing is wrong."""
        if found := FORBIDDEN.search(self.text):
            return f"“{found[0]}”"
        words = len(WORD.findall(self.text))
        return f"{words} words" if words > MOST and len(HAN.findall(self.text)) < words else None


def split(text: str, line: int = 1) -> Iterator[Sentence]:
    """Of one paragraph. line: where it begins."""
    text = ABBREVIATED.sub(lambda found: found[1].replace(".", ""), CODE.sub("code", text))
    text = ADDRESS.sub("address", LINK.sub(r"\1", text))
    at = 0
    for end in [*(found.end() for found in ENDS.finditer(text)), len(text)]:
        if said := " ".join(text[at:end].split()):
            yield Sentence(said, line + text[:at].count("\n"))
        at = end


def described(text: str) -> Iterator[Sentence]:
    """Of a description: paragraphs and list items stand apart."""
    yield from markdown(text)


def markdown(text: str) -> Iterator[Sentence]:
    """Of Markdown, without code blocks, HTML and link definitions. List items, cells and headings stand alone."""
    paragraph: list[str] = []
    began, fenced = 1, False
    for number, line in enumerate([*text.split("\n"), ""], 1):
        stripped = line.strip()
        fence = stripped.startswith(("```", "~~~"))
        apart = re.match(r"(#+|[-*+]|\d+\.|>)\s+", stripped)
        if fence or fenced or not stripped or apart or stripped.startswith(("|", "<", "[")):
            yield from split("\n".join(paragraph), began)
            paragraph = []
        fenced ^= fence
        if fence or fenced or not stripped or re.fullmatch(r"\[[^\]]+\]:.*", stripped):
            continue
        if stripped.startswith("|"):
            for cell in stripped.strip("|").split("|"):
                yield from split(cell.strip(" :-"), number)
        elif stripped.startswith("#"):
            yield from split(stripped.lstrip("# "), number)
        else:
            began = number if not paragraph else began
            paragraph.append(stripped[apart.end() :] if apart else re.sub(r"<[^>]+>", "", stripped))
