// Which day a scene asks for that shows a period which is over.

import assert from "node:assert/strict";
import { test } from "node:test";
import { dayOf } from "../src/kiosk/periods.ts";

const SHANGHAI = "Asia/Shanghai";
const cases: [Parameters<typeof dayOf>[0], number, string, string, string][] = [
  ["DAY", 1, "2026-02-28T16:00:00Z", SHANGHAI, "2026-02-28"], // midnight there
  ["DAY", 1, "2026-02-28T15:59:59Z", SHANGHAI, "2026-02-27"],
  ["DAY", 1, "2024-03-01T04:00:00Z", SHANGHAI, "2024-02-29"],
  ["DAY", 12, "2026-01-05T04:00:00Z", SHANGHAI, "2025-12-24"],
  ["WEEK", 1, "2026-01-05T04:00:00Z", SHANGHAI, "2025-12-29"], // a Monday, and the one before
  ["MONTH", 1, "2026-03-31T04:00:00Z", SHANGHAI, "2026-02-01"],
  ["MONTH", 1, "2026-03-31T16:30:00Z", SHANGHAI, "2026-03-01"], // April there
  ["MONTH", 12, "2026-03-31T04:00:00Z", SHANGHAI, "2025-03-01"],
  ["QUARTER", 1, "2026-01-31T04:00:00Z", SHANGHAI, "2025-10-01"],
  ["QUARTER", 2, "2026-12-31T04:00:00Z", SHANGHAI, "2026-06-01"],
  ["YEAR", 1, "2024-02-29T04:00:00Z", SHANGHAI, "2023-02-01"],
  ["MONTH", 0, "2026-03-31T16:30:00Z", "America/New_York", "2026-03-01"],
];

test("the day lies in the period that is so many before", () => {
  for (const [kind, back, at, zone, day] of cases) {
    assert.equal(dayOf(kind, back, Date.parse(at), zone), day, `${kind} ${back} ${at}`);
  }
});
