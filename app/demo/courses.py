"""The demo company's recorded courses: every member lectures, and whoever can sign in listens."""

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

from app.demo.company import Company, Person
from app.demo.tables import BRANCHES, ROOT_CODE
from models import Course
from resolvers.learning import courses, studies

COURSES = 50
TOPICS = (
    *("党史上的今天", "入党故事", "身边的榜样", "家风", "一封家书"),
    *("读书札记", "岗位上的党课", "政策解读", "安全课", "老照片"),
)
FROM = ("老一辈", "青年", "一线", "项目组", "值班室")
SUMMARY = "十几分钟的微党课，扫码即听；离线听完，联网后再报。"


@dataclass(slots=True)
class Lectures:
    company: Company
    chance: Random  # of its own, so that the rest of the company's life stays as it is
    given: list[Course] = field(default_factory=list[Course])
    heard: set[tuple[UUID, UUID]] = field(default_factory=set[tuple[UUID, UUID]])  # listener, course

    async def offer(self, number: int) -> None:
        """A third is a branch's own, the others everybody's."""
        chance, people = self.chance, self.company.people
        code = BRANCHES[number % len(BRANCHES)].code if number % 3 == 0 else ROOT_CODE
        lecturer = chance.choice([one for one in people if code in (ROOT_CODE, one.branch)])
        by = self.company.secretaries[code].session
        made = await courses.create(
            by,
            organization_id=self.company.organizations[code].id,
            lecturer_id=lecturer.id,
            title=f"{TOPICS[number % len(TOPICS)]}：{FROM[number // len(TOPICS)]}讲述",
            summary=SUMMARY,
            media_url=f"https://example.org/courses/{number + 1:02}.mp3",
            duration_seconds=chance.randint(5, 25) * 60,
        )
        self.given.append(await courses.publish(by, made.id))

    async def listen(self) -> None:
        """Somebody comes to the end of a course, or, now and then, not quite."""
        chance = self.chance
        listeners: list[Person] = [one for one in self.company.people if one.login]
        person, course = chance.choice(listeners), chance.choice(self.given)
        long_enough = self.company.clock.at - timedelta(seconds=course.duration_seconds)
        if (person.id, course.id) in self.heard or course.published_at is None or course.published_at > long_enough:
            return
        self.heard.add((person.id, course.id))
        whole = chance.random() < 0.85
        seconds = course.duration_seconds if whole else int(course.duration_seconds * chance.uniform(0.1, 0.9))
        key = f"{course.code}:{person.id}"
        await studies.record(person.session, course_id=course.id, seconds=seconds, occurred_at=None, key=key)
