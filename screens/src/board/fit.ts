import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * For an element whose text may be too long for its place: data-fit says which of the steps was the first to fit, else the
 * last; style sheets say what each gives up. Looked at again when its texts or its size change.
 */
export function useFit<One extends HTMLElement>(
  steps: number,
  fits: (one: One) => boolean,
  texts: readonly unknown[],
): RefObject<One | null> {
  const box = useRef<One>(null);
  useLayoutEffect(() => {
    const one = box.current;
    if (!one) return undefined;
    let size = "";
    const fit = (): void => {
      const now = `${one.clientWidth} ${one.clientHeight} ${innerWidth} ${innerHeight}`;
      if (now === size) return;
      for (let step = 0; step < steps; step += 1) {
        one.dataset["fit"] = String(step);
        if (fits(one)) break;
      }
      size = `${one.clientWidth} ${one.clientHeight} ${innerWidth} ${innerHeight}`;
    };
    fit();
    const watch = new ResizeObserver(fit);
    watch.observe(one);
    return () => watch.disconnect();
  }, texts);
  return box;
}

/** Whether an ellipsis stands for a part of it; a fraction of a pixel is enough for that. */
export function cut(one: Element | null): boolean {
  if (!one) return false;
  const text = document.createRange();
  text.selectNodeContents(one);
  return one.scrollWidth > one.clientWidth || text.getBoundingClientRect().width > one.getBoundingClientRect().width + 0.01;
}
