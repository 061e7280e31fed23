import { courses as words } from "../../words/kiosk.ts";
import { count } from "../../words/times.ts";
import type { Courses } from "../frames.ts";
import { usePage } from "../pages.ts";
import { Qr } from "../qr.tsx";

const A_PAGE = 4;
const TURNED_AFTER = 10; // seconds: time to raise a phone

export function CoursesScene({ shown }: { shown: Courses }) {
  const all = shown.courses.edges.map((edge) => edge.node);
  const page = usePage(`courses ${shown.id}`, all, A_PAGE, TURNED_AFTER);
  if (all.length === 0) return <p class="waiting">{words.none}</p>;
  return (
    <ul class={`courses courses-${page.length}`} key={page[0]?.id}>
      {page.map((course) => (
        <li key={course.id} class="course">
          <Qr text={course.scanUrl} label={words.scan(course.title)} />
          <div>
            <h2>{course.title}</h2>
            <p class="lecturer">{course.lecturer.displayName}</p>
            <p class="from">{course.lecturer.organization.name}</p>
            <p class="about">
              <span>{words.minutes(Math.max(1, Math.round(course.durationSeconds / 60)))}</span>
              <span>{words.completed(count(course.completionCount))}</span>
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
