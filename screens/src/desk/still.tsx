import { computed, signal, useSignal } from "@preact/signals";
import { useCallback, useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { desk } from "../words/desk.ts";
import { held } from "./held.ts";

const REST = 2000; // milliseconds without a key or a move of the pointer after which nobody is about to press something

/** The sections in which somebody works: a pointer or the focus is inside. A list above would push them too. */
const worked = signal<readonly Element[]>([]);
const moving = signal(false);
const touched = matchMedia("(hover: none)"); // a finger gives no sign before it comes down
const still = computed(() => moving.value || worked.value.length > 0 || held.value.length > 0);

let rest: ReturnType<typeof setTimeout> | undefined;
const moved = (): void => {
  clearTimeout(rest);
  moving.value = true;
  rest = setTimeout(() => (moving.value = false), REST);
};
for (const kind of ["pointermove", "pointerdown", "keydown", "wheel"]) addEventListener(kind, moved, { capture: true, passive: true });

function mark(box: Element, works: boolean): void {
  if (worked.peek().includes(box) === works) return;
  worked.value = works ? [...worked.peek(), box] : worked.peek().filter((one) => one !== box);
}

export interface Row<Node> {
  readonly node: Node;
  /** It is no longer in the list, and keeps its place until nobody works there. */
  readonly gone: boolean;
}

export interface Still<Node> {
  readonly rows: readonly Row<Node>[];
  readonly fresh: number;
  readonly gone: number;
  readonly list: (box: HTMLUListElement | null) => void;
  readonly renew: () => void;
}

/** Rows that neither come, go nor change places while somebody works on the page; what they say is the newest. */
export function useStill<Node extends { readonly id: string }>(nodes: readonly Node[] | undefined, about: string): Still<Node> {
  const list = useSignal<HTMLUListElement | null>(null);
  const shown = useRef({ about, nodes: [] as readonly Node[] });
  const attach = useCallback((box: HTMLUListElement | null): void => void (list.value = box), []);
  const asked = useRef(false);
  const again = useSignal(0);
  void again.value;
  const { current } = shown;
  if (nodes === undefined) {
    if (current.about !== about) shown.current = { about, nodes: [] };
  } else if (current.about !== about || current.nodes.length === 0 || asked.current || !(still.value || touched.matches)) {
    shown.current = { about, nodes };
    asked.current = false;
  } else {
    const newest = new Map(nodes.map((one) => [one.id, one]));
    shown.current = { about, nodes: current.nodes.map((one) => newest.get(one.id) ?? one) };
  }
  const present = new Set(nodes?.map((one) => one.id));
  const rows = shown.current.nodes.map((node) => ({ node, gone: nodes !== undefined && !present.has(node.id) }));
  const known = new Set(rows.map((one) => one.node.id));

  useEffect(() => {
    const box = list.value?.closest("section"); // with the button to which the pointer goes from the list
    if (!box) return undefined;
    let inside = false;
    const look = (): void => mark(box, inside || box.contains(document.activeElement));
    const later = (): void => void setTimeout(look);
    const enter = (): void => ((inside = true), look());
    const leave = (): void => ((inside = false), look());
    box.addEventListener("pointerenter", enter);
    box.addEventListener("pointerleave", leave);
    box.addEventListener("pointermove", enter); // it may have come there without moving
    document.addEventListener("focusin", later);
    document.addEventListener("focusout", later);
    return () => {
      box.removeEventListener("pointerenter", enter);
      box.removeEventListener("pointerleave", leave);
      box.removeEventListener("pointermove", enter);
      document.removeEventListener("focusin", later);
      document.removeEventListener("focusout", later);
      mark(box, false);
    };
  }, [list.value]);

  const wanted = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const first = list.peek()?.querySelector<HTMLElement>(`[data-id="${CSS.escape(wanted.current)}"]`);
    wanted.current = null;
    (first ?? list.peek()?.closest("section")?.querySelector<HTMLElement>("h2"))?.focus();
  });
  const renew = (): void => {
    asked.current = true;
    wanted.current = nodes?.find((one) => !known.has(one.id))?.id ?? "";
    again.value += 1;
  };
  const fresh = nodes?.filter((one) => !known.has(one.id)).length ?? 0;
  return { rows, fresh, gone: rows.filter((one) => one.gone).length, list: attach, renew };
}

/** A list's heading, with a button for what came meanwhile; nothing moves when it comes. */
export function Heading({ id, text, of: { fresh, gone, renew } }: { id: string; text: string; of: Still<unknown> }) {
  return (
    <div class="heading">
      <h2 id={id} tabIndex={-1}>{text}</h2>
      <span role="status">
        {(fresh > 0 || gone > 0) && (
          <button type="button" class={fresh > 0 ? "" : "quiet"} onClick={renew}>{fresh > 0 ? desk.fresh(fresh) : desk.clear(gone)}</button>
        )}
      </span>
    </div>
  );
}
