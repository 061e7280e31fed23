import { useLayoutEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";

const CONTROLS = "select, input, textarea, button";

/** Whatever had the focus is gone: a keyboard would begin at the top of the page. */
export const nowhere = (): boolean => document.activeElement === null || document.activeElement === document.body;

const into = (box: Element | null | undefined): boolean => {
  const found = box?.querySelector<HTMLElement>(CONTROLS);
  found?.focus();
  return found !== null && found !== undefined;
};

/** The first control of what is put into the page has the focus, before the next key is heard: autofocus does that only
 * for a page that loads, and after a frame the key of somebody quick would be lost. */
export function useFocused<Box extends HTMLElement>(): RefObject<Box | null> {
  const box = useRef<Box>(null);
  useLayoutEffect(() => void into(box.current), []);
  return box;
}

/** After signing in: back to where they were when the session ended, or to the first control, once there is one. */
export function useReturn(signed: boolean): RefObject<HTMLElement | null> {
  const box = useRef<HTMLElement>(null);
  const before = useRef({ signed, at: null as HTMLElement | null });
  const had = document.activeElement; // the form for signing in takes the focus as soon as it is there
  useLayoutEffect(() => {
    const { current } = before;
    if (signed === current.signed) return undefined;
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
