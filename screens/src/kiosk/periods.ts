import type { PeriodKind } from "../api/operations.ts";

/** A day, such as 2026-10-01, in the period that lies so many before the one of that moment, in that zone. */
export function dayOf(kind: PeriodKind, back: number, at: number, zone: string | undefined): string {
  const options = { timeZone: zone, year: "numeric", month: "numeric", day: "numeric" } as const;
  const parts = new Intl.DateTimeFormat("en", options).formatToParts(at);
  const of = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const [year, month, day] = [of("year"), of("month") - 1, of("day")];
  const days: Record<PeriodKind, () => number> = {
    DAY: () => Date.UTC(year, month, day - back),
    WEEK: () => Date.UTC(year, month, day - 7 * back),
    MONTH: () => Date.UTC(year, month - back, 1), // the first: not every month has a 31st
    QUARTER: () => Date.UTC(year, month - 3 * back, 1),
    YEAR: () => Date.UTC(year - back, month, 1),
    ALL_TIME: () => Date.UTC(year, month, day),
  };
  return new Date(days[kind]()).toISOString().slice(0, 10);
}
