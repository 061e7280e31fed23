import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const tall = matchMedia("(orientation: portrait)");
export const upright = signal(tall.matches);
tall.addEventListener("change", () => (upright.value = tall.matches));

const turned = new Map<string, ReturnType<typeof signal<number>>>();

/** Which stretch of a long list is shown. It turns by itself, and goes on where it was when the scene comes back. */
export function usePage<One>(name: string, list: readonly One[], size: number, seconds: number): readonly One[] {
  let page = turned.get(name);
  if (!page) turned.set(name, (page = signal(0)));
  const pages = Math.max(1, Math.ceil(list.length / size));
  useEffect(() => {
    if (pages < 2) return undefined;
    const timer = setInterval(() => (page.value = (page.peek() ?? 0) + 1), seconds * 1000);
    return () => {
      clearInterval(timer);
      page.value = (page.peek() ?? 0) + 1;
    };
  }, [pages]);
  const index = (page.value ?? 0) % pages;
  return list.slice(index * size, (index + 1) * size);
}
