// The oldest engine that these pages promise to run in; docs/screens.md names it. Chromium 80 is of February 2020, and is what
// browsers and WebViews of hall players stand for: anything built on it or on a later one.
export const OLDEST = { chromium: 80, ecmascript: 2020 };

// What came after it, in scripts: none of this may be called. src/page/older.ts supplies Object.hasOwn.
export const LATER = [
  [/\.(?:at|replaceAll|findLast|findLastIndex|toSorted|toReversed|toSpliced|isWellFormed|replaceChildren|checkVisibility)\(/, "method"],
  [/\bObject\.groupBy\b/, "Object"],
  [/\bPromise\.(?:any|withResolvers|try)\b/, "Promise"],
  [/\bAbortSignal\.(?:timeout|any)\b|\.throwIfAborted\(/, "AbortSignal"],
  [/\b(?:structuredClone|reportError|scheduler)\b(?=[(.])/, "global"],
  [/\bnew (?:WeakRef|FinalizationRegistry|AggregateError)\b/, "class"],
  [/\.randomUUID\(/, "crypto"],
];
