"""A line of `leitai doctor`."""

from dataclasses import dataclass

OK, WARNING, FAULT = "ok", "warning", "fault"


@dataclass(frozen=True, slots=True)
class Line:
    level: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.level:<8} {self.name.rstrip('_'):<9} {self.text}"
