import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";

const CONTROLS = "select, input, textarea, button";

/** Whatever had the focus is gone: a keyboard would begin at the top of the page. */
export const nowhere = (): boolean => document.activeElement === null || document.activeElement === document.body;

const into = (box: Element | null | undefined): boolean => {
  const found = box?.querySelector<HTMLElement>(CONTROLS);
  found?.focus();
  return found !== null && found !== undefined;
};

/** The first control of what is put into the page has the focus: autofocus does that only for a page that loads. */
export function useFocused<Box extends HTMLElement>(): RefObject<Box | null> {
  const box = useRef<Box>(null);
  useEffect(() => void into(box.current), []);
  return box;
}

/** After signing in: back to where they were when the session ended, or to the first control, once there is one. */
export function useReturn(signed: boolean): RefObject<HTMLElement | null> {
  const box = useRef<HTMLElement>(null);
  const before = useRef({ signed, at: null as HTMLElement | null });
  useLayoutEffect(() => {
    const { current } = before;
    if (signed === current.signed) return undefined;
    const had = document.activeElement;
    before.current = { signed, at: !signed && had instanceof HTMLElement && box.current?.contains(had) ? had : null };
    if (!signed) return undefined;
    if (current.at?.isConnected) return current.at.focus();
    if (into(box.current)) return undefined;
    const watch = new MutationObserver(() => (!nowhere() || into(box.current)) && watch.disconnect());
    watch.observe(box.current as HTMLElement, { childList: true, subtree: true });
    return () => watch.disconnect();
  }, [signed]);
  return box;
}

/** Where the focus goes when what had it leaves a list: to what follows, or to the heading. Names are in data-id. */
export function useOnward(names: readonly string[]): { box: RefObject<HTMLElement | null>; leaving: (name: string) => void } {
  const box = useRef<HTMLElement>(null);
  const gone = useRef<{ name: string; next: string | undefined } | null>(null);
  useLayoutEffect(() => {
    const { current } = gone;
    if (current === null || names.includes(current.name)) return;
    gone.current = null;
    if (!nowhere()) return;
    const next = current.next && box.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(current.next)}"]`);
    (next || box.current?.querySelector("h2"))?.focus();
  });
  const leaving = (name: string): void => {
    const next = names[names.indexOf(name) + 1] ?? names.find((one) => one !== name);
    gone.current = { name, next };
  };
  return { box, leaving };
}
