/** What waits to be sent, and would not be if the page were left now. */
const waits = new Set<() => string>();

/** `said`: the question that is asked before somebody leaves; empty while nothing waits. */
export function beforeLeaving(said: () => string): void {
  waits.add(said);
}

const question = (): string => [...waits].map((said) => said()).find((text) => text !== "") ?? "";

addEventListener("beforeunload", (event) => {
  if (question() !== "") event.preventDefault(); // the browser asks, in its own words
});

/** Before signing out, which a page can do without being left. */
export const mayLeave = (): boolean => question() === "" || confirm(question());
