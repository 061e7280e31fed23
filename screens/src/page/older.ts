// What the oldest promised engine lacks and a library here calls. making/oldest.mjs names the others.
Object.hasOwn ??= (of: object, name: PropertyKey): boolean => Object.prototype.hasOwnProperty.call(of, name);

/** Whether gaps between flex items are drawn (Chromium 84); without, style/older.css sets margins. */
function gaps(): boolean {
  const box = document.createElement("div");
  box.style.cssText = "display:flex;flex-direction:column;row-gap:1px;position:absolute";
  box.append(document.createElement("div"), document.createElement("div"));
  document.body.append(box);
  const drawn = box.scrollHeight === 1;
  box.remove();
  return drawn;
}
if (!gaps()) document.documentElement.classList.add("without-gaps");
