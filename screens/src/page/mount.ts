import "./older.ts";
import { options, render, type ComponentChild } from "preact";

/**
 * Draws a page. Some browsers' translators put elements of their own in the place of texts, although the page asks them not
 * to: a text that is drawn later would go into a node that nobody sees. What they did is undone before each drawing.
 */
export function mount(page: ComponentChild, root: HTMLElement): void {
  const seen: MutationRecord[] = [];
  const watch = new MutationObserver((records) => void seen.push(...records));
  options.debounceRendering = (draw) =>
    queueMicrotask(() => {
      putBack([...seen.splice(0), ...watch.takeRecords()]);
      draw();
      watch.takeRecords(); // what was just drawn
    });
  render(page, root);
  watch.observe(root, { childList: true, subtree: true });
}

/** Undoes, the newest first, what was done where something of the page was taken away; what was only added stays. */
function putBack(records: readonly MutationRecord[]): void {
  const robbed = new Set(records.filter((one) => one.removedNodes.length > 0).map((one) => one.target));
  for (const { target, addedNodes, removedNodes, nextSibling, previousSibling } of [...records].reverse()) {
    if (!robbed.has(target)) continue;
    for (const node of addedNodes) if (node.parentNode === target) target.removeChild(node);
    const after = previousSibling?.parentNode === target ? previousSibling.nextSibling : null;
    const before = nextSibling?.parentNode === target ? nextSibling : after;
    for (const node of removedNodes) target.insertBefore(node, before);
  }
}
