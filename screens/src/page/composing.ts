const COMPOSING = 229; // the code of keys that an input method takes for itself; Safari's only sign after a composition

/** Enter that picks what an input method offers is not the page's Enter: it neither submits a form nor presses a button. */
export function leaveEnterToInputMethods(): void {
  const chosen = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.isComposing || event.keyCode === COMPOSING)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  addEventListener("keydown", chosen, true);
}
