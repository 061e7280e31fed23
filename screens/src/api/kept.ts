import { base } from "./base.ts";

/** Two servers below two paths of one host share a browser's storage. */
const PREFIX = base.pathname === "/" ? "leitai." : `leitai.${base.pathname}.`;

/** Which document an answer is of, in a few letters (FNV-1a). */
function mark(document: string): string {
  let sum = 0x811c9dc5;
  for (let at = 0; at < document.length; at += 1) sum = Math.imul(sum ^ document.charCodeAt(at), 0x01000193);
  return (sum >>> 0).toString(36);
}

/** What a page keeps over a reload and a power cut. A browser that keeps nothing, or is full, is lived with. */
export const kept = {
  /** What was kept of a document's answer; null where an earlier build asked for something else. */
  answer<Value>(name: string, document: string): Value | null {
    const found = kept.read<{ of?: string; value?: Value }>(name);
    return found?.of === mark(document) ? (found.value ?? null) : null;
  },
  keepAnswer: (name: string, document: string, value: unknown): boolean => kept.write(name, { of: mark(document), value }),
  read<Value>(name: string): Value | null {
    try {
      const text = localStorage.getItem(`${PREFIX}${name}`);
      return text === null ? null : (JSON.parse(text) as Value);
    } catch {
      return null;
    }
  },
  write(name: string, value: unknown): boolean {
    try {
      localStorage.setItem(`${PREFIX}${name}`, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
  forget(name: string): void {
    try {
      localStorage.removeItem(`${PREFIX}${name}`);
    } catch {
      // nothing was kept
    }
  },
  names(beginning: string): string[] {
    try {
      return Object.keys(localStorage)
        .filter((name) => name.startsWith(`${PREFIX}${beginning}`))
        .map((name) => name.slice(PREFIX.length));
    } catch {
      return [];
    }
  },
};
