import { kept } from "../api/kept.ts";

let prefix = "";

/** What this window keeps for itself: the first of a browser's windows as ever, each other one beside it. */
export const own = {
  sit(seat: number): void {
    prefix = seat === 1 ? "" : `screen${seat}.`;
  },
  answer: <Value>(name: string, document: string): Value | null => kept.answer<Value>(prefix + name, document),
  keepAnswer: (name: string, document: string, value: unknown): boolean => kept.keepAnswer(prefix + name, document, value),
  read: <Value>(name: string): Value | null => kept.read<Value>(prefix + name),
  write: (name: string, value: unknown): boolean => kept.write(prefix + name, value),
  forget: (name: string): void => kept.forget(prefix + name),
  names: (beginning: string): string[] => kept.names(prefix + beginning).map((name) => name.slice(prefix.length)),
};
