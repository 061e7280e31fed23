export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** RFC 8785 for what block chains hold: no fractions. Throws on anything else. */
export function canonical(value: Json): string {
  if (typeof value === "string") {
    if (/[\ud800-\udfff]/u.test(value)) throw new Error("a lone surrogate");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error("not a whole number that every reader keeps");
    return String(value);
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const fields = value as { readonly [key: string]: Json };
  const keys = Object.keys(fields).sort(); // by UTF-16 code units, as the RFC wants
  return `{${keys.map((key) => `${canonical(key)}:${canonical(fields[key] ?? null)}`).join(",")}}`;
}
