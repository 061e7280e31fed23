import { pick } from "./language.ts";

export type Decision = "approve" | "back" | "reject";

interface Decided {
  readonly text: string;
  /** On the button while a note is written: it goes along. */
  readonly noted: string;
  act(who: string, task: string, points: number, note: string): string;
  done(who: string, task: string, points: number): string;
  failed(who: string, task: string): string;
}

const zhNote = (note: string): string => (note ? `，意见“${note}”` : "");
const enNote = (note: string): string => (note ? `, note “${note}”` : "");

export const decisions: Record<Decision, Decided> = pick<Record<Decision, Decided>>(
  {
    approve: {
      text: "批准",
      noted: "批准并附意见",
      act: (who, task, points, note) => `批准 ${who} 的《${task}》，+${points} 分${zhNote(note)}`,
      done: (who, task, points) => `已批准 ${who} 的《${task}》，+${points} 分`,
      failed: (who, task) => `未能批准 ${who} 的《${task}》`,
    },
    back: {
      text: "退回",
      noted: "退回",
      act: (who, task, _, note) => `退回 ${who} 的《${task}》${zhNote(note)}`,
      done: (who, task) => `已退回 ${who} 的《${task}》，不加分，可再提交`,
      failed: (who, task) => `未能退回 ${who} 的《${task}》`,
    },
    reject: {
      text: "驳回",
      noted: "驳回",
      act: (who, task, _, note) => `驳回 ${who} 的《${task}》${zhNote(note)}`,
      done: (who, task) => `已驳回 ${who} 的《${task}》，不加分`,
      failed: (who, task) => `未能驳回 ${who} 的《${task}》`,
    },
  },
  {
    approve: {
      text: "Approve",
      noted: "Approve with this note",
      act: (who, task, points, note) => `Approve “${task}” by ${who}, +${points} pts${enNote(note)}`,
      done: (who, task, points) => `“${task}” by ${who} was approved, +${points} pts`,
      failed: (who, task) => `“${task}” by ${who} was not approved`,
    },
    back: {
      text: "Return",
      noted: "Return",
      act: (who, task, _, note) => `Return “${task}” by ${who}${enNote(note)}`,
      done: (who, task) => `“${task}” by ${who} was returned: no points, it can be handed in again`,
      failed: (who, task) => `“${task}” by ${who} was not returned`,
    },
    reject: {
      text: "Reject",
      noted: "Reject",
      act: (who, task, _, note) => `Reject “${task}” by ${who}${enNote(note)}`,
      done: (who, task) => `“${task}” by ${who} was rejected: no points`,
      failed: (who, task) => `“${task}” by ${who} was not rejected`,
    },
  },
);
