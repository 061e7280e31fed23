import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Create, Publish, type TaskReview } from "../api/operations.ts";
import { askAs } from "../api/person.ts";
import { Choose, Field } from "../page/frame.tsx";
import { desk } from "../words/desk.ts";
import { type Refusal } from "../words/pages.ts";
import { attempt } from "./answers.ts";
import { heldOf, hold } from "./held.ts";
import { Holding } from "./holding.tsx";
import type { Place } from "./places.ts";
import { moment } from "./zoned.ts";

const HELD = "publish";

interface Draft {
  readonly id: string;
  readonly title: string;
}

export function NewTask({ at }: { at: Place }) {
  // Made, and not published yet: asked again, it is published, and not made a second time.
  const draft = useSignal<Draft | null>(null);
  const review = useSignal<TaskReview>("REVIEWED");
  const form = useRef<HTMLFormElement>(null);
  const section = useRef<HTMLHeadingElement>(null);
  const made = async (given: FormData, at: Place): Promise<Draft | Refusal> => {
    const text = (name: string): string => String(given.get(name) ?? "").trim();
    let dueAt: string | null = null;
    try {
      dueAt = text("dueAt") ? moment(text("dueAt"), at.zone) : null;
    } catch {
      return { __typename: "InvalidInput", fields: [{ path: ["dueAt"], message: text("dueAt") }] };
    }
    const input = {
      organizationId: at.id,
      title: text("title"),
      description: text("description"),
      points: Number(text("points")),
      review: review.peek(),
      capacity: text("capacity") ? Number(text("capacity")) : null,
      dueAt,
    };
    const { createTask: answer } = await askAs(Create, { input });
    return answer.__typename === "CreateTaskSuccess" ? answer.task : answer;
  };
  const publish = async (given: FormData, at: Place): Promise<Refusal> => {
    const again = draft.peek();
    const task = again ?? (await made(given, at));
    if ("__typename" in task) return task;
    draft.value = task;
    const { publishTask: answer } = await askAs(Publish, { input: { taskId: task.id } });
    draft.value = null;
    // Its first answer was lost on the way, and it was published.
    return again && answer.__typename === "TaskNotDraft" ? { __typename: "PublishTaskSuccess" } : answer;
  };
  const begin = (): void => {
    if (heldOf(HELD) || !form.current?.reportValidity()) return;
    const given = new FormData(form.current);
    const title = draft.peek()?.title ?? String(given.get("title")).trim();
    const where = at.name;
    hold(HELD, desk.publishing(title, where), async () => {
      if (!(await attempt(() => publish(given, at), desk.published(title, where), desk.notPublished(title)))) return;
      form.current?.reset();
      review.value = "REVIEWED";
    });
    section.current?.focus();
  };
  const reviews: readonly (readonly [TaskReview, string])[] = [["REVIEWED", desk.reviewed], ["AUTOMATIC", desk.automatic]];
  const elsewhere = at.zone !== Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <section aria-labelledby="task">
      <h2 id="task" ref={section} tabIndex={-1}>{desk.task}</h2>
      <form class="task-form" ref={form} onSubmit={(event) => event.preventDefault()}>
        <fieldset class="plain" disabled={draft.value !== null || heldOf(HELD) !== undefined}>
          <Field label={desk.taskTitle}><input name="title" required maxLength={200} /></Field>
          <Field label={desk.points}><input name="points" type="number" min="1" max="100000" required defaultValue="5" /></Field>
          <Choose label={desk.review} value={review.value} options={reviews} onPick={(value) => (review.value = value)} />
          <Field label={desk.capacity}><input name="capacity" type="number" min="1" max="1000000" /></Field>
          <Field label={elsewhere ? desk.dueIn(at.zone) : desk.due}><input name="dueAt" type="datetime-local" max="9999-12-31T23:59" /></Field>
          <Field label={desk.description}><textarea name="description" rows={2} maxLength={10000} /></Field>
        </fieldset>
        {draft.value !== null && <p class="trouble">{desk.drafted}</p>}
        <Holding name={HELD}><button type="button" class="publish" onClick={begin}>{desk.publish}</button></Holding>
      </form>
    </section>
  );
}
