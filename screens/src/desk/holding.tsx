import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { nowhere } from "../page/focus.ts";
import { desk } from "../words/desk.ts";
import { clock, heldOf, takeBack } from "./held.ts";

interface Shown {
  name: string;
  /** Said in place of the acts once there is nothing left to do. */
  over?: string | null;
  children: ComponentChildren;
}

/** The acts on a thing; while one of them waits to be sent, that and how to take it back, in the same place. */
export function Holding({ name, over = null, children }: Shown) {
  const box = useRef<HTMLDivElement>(null);
  const one = heldOf(name);
  const back = (): void => {
    takeBack(name);
    // The button is gone; the keyboard goes on where it was.
    setTimeout(() => box.current?.querySelector<HTMLElement>("input:enabled, button:enabled")?.focus());
  };
  // Its button goes when the act does: a keyboard is then at the row, and not at the top of the page.
  const had = box.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (!had || !nowhere()) return;
    (box.current?.closest("li") ?? box.current?.closest("section")?.querySelector("h2"))?.focus();
  });
  const covered = one !== undefined || over !== null;
  return (
    <div ref={box} class="holding">
      <div class={covered ? "covered" : ""} inert={covered}>{children}</div>
      {one !== undefined && (
        <p class="held">
          <b>{one.underWay ? desk.sending : desk.sentIn(Math.max(1, Math.ceil((one.until - clock.value) / 1000)))}</b>
          <span title={one.text}>{one.text}</span>
          {!one.underWay && <button type="button" aria-label={desk.takeBackWhat(one.text)} onClick={back}>{desk.takeBack}</button>}
        </p>
      )}
      {one === undefined && over !== null && <p class="over">{over}</p>}
    </div>
  );
}
