import { Create, Publish, type TaskReview } from "../api/operations.ts";
import { askAs } from "../api/person.ts";
import { Choose, Field } from "../page/frame.tsx";
import { desk } from "../words/pages.ts";
import { attempt } from "./answers.ts";

export function NewTask({ at }: { at: string }) {
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const text = (name: string): string => String(given.get(name) ?? "").trim();
    const input = {
      organizationId: at,
      title: text("title"),
      description: text("description"),
      points: Number(text("points")),
      review: text("review") as TaskReview,
      capacity: text("capacity") ? Number(text("capacity")) : null,
      dueAt: text("dueAt") ? new Date(text("dueAt")).toISOString() : null,
    };
    const good = await attempt(async () => {
      const { createTask: made } = await askAs(Create, { input });
      if (made.__typename !== "CreateTaskSuccess") return made;
      return (await askAs(Publish, { input: { taskId: made.task.id } })).publishTask;
    }, desk.published(input.title));
    if (good) form.reset();
  };
  const reviews: readonly (readonly [TaskReview, string])[] = [["REVIEWED", desk.reviewed], ["AUTOMATIC", desk.automatic]];
  return (
    <section aria-label={desk.task}>
      <h2>{desk.task}</h2>
      <form class="task-form" onSubmit={submit}>
        <Field label={desk.taskTitle}><input name="title" required maxLength={200} /></Field>
        <Field label={desk.points}><input name="points" type="number" min="1" required defaultValue="5" /></Field>
        <Choose label={desk.review} name="review" value="REVIEWED" options={reviews} />
        <Field label={desk.capacity}><input name="capacity" type="number" min="1" /></Field>
        <Field label={desk.due}><input name="dueAt" type="datetime-local" /></Field>
        <Field label={desk.description}><textarea name="description" rows={2} /></Field>
        <button>{desk.publish}</button>
      </form>
    </section>
  );
}
