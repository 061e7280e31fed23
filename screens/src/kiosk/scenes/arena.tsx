import { useLayoutEffect, useRef } from "preact/hooks";
import { arena as words } from "../../words/kiosk.ts";
import { board } from "../../words/boards.ts";
import { count, type Times } from "../../words/times.ts";
import { clock } from "../clock.ts";
import type { Arena } from "../frames.ts";

export function ArenaScene({ shown, times }: { shown: Arena; times: Times }) {
  return (
    <div class="arena">
      <div class="counts">
        <Count label={words.open} value={shown.openCount} />
        <Count label={words.claimed} value={Math.max(0, shown.claimedCount - shown.approvedCount)} />
        <Count label={words.approved} value={shown.approvedCount} />
      </div>
      <section class="tasks">
        <h2>{words.tasks}</h2>
        {shown.tasks.edges.length === 0 && <p class="none">{words.none}</p>}
        <ul>{shown.tasks.edges.map(({ node }) => <Task key={node.id} task={node} times={times} />)}</ul>
      </section>
      <section class="approvals">
        <h2>{words.approvals}</h2>
        {shown.recentApprovals.length === 0 && <p class="none">{words.noApprovals}</p>}
        <ul>{shown.recentApprovals.map((claim) => <Approval key={claim.id} claim={claim} times={times} />)}</ul>
      </section>
    </div>
  );
}

function Count({ label, value }: { label: string; value: number }) {
  return (
    <p class="count">
      <b>{count(value)}</b>
      <span>{label}</span>
    </p>
  );
}

function Task({ task, times }: { task: Arena["tasks"]["edges"][number]["node"]; times: Times }) {
  const { capacity, claimedCount } = task;
  const full = capacity !== null && claimedCount >= capacity;
  return (
    <li class={full ? "task full" : "task"}>
      <span class="title">{task.title}</span>
      <span class="worth">+{count(task.points)}<span class="unit">{words.points}</span></span>
      <span class="under">
        <span>{task.organization.name}</span>
        {task.dueAt && <span>{words.due(times.short(Date.parse(task.dueAt), clock.value))}</span>}
      </span>
      <span class="slots">
        {capacity !== null && <span class="gauge"><i style={{ transform: `scaleX(${Math.min(1, claimedCount / capacity)})` }} /></span>}
        {full ? words.full : capacity === null ? words.taken(claimedCount) : words.slots(claimedCount, capacity)}
      </span>
    </li>
  );
}

function Approval({ claim, times }: { claim: Arena["recentApprovals"][number]; times: Times }) {
  const line = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => {
    line.current?.animate(
      [{ opacity: 0, transform: "translateY(-30%)" }, { opacity: 1, transform: "none" }],
      { duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 500, easing: "ease-out" },
    );
  }, []);
  const at = claim.decidedAt ? Date.parse(claim.decidedAt) : null;
  return (
    <li class="approval" ref={line}>
      <span class="who">{claim.member.displayName || board.hidden}</span>
      <span class="worth">+{count(claim.task.points)}</span>
      <span class="what">{claim.task.title}</span>
      <time>{at !== null && times.short(at, clock.value)}</time>
    </li>
  );
}
