function shown(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(at);
  const of = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
}

/** The moment at which clocks of the zone show that text of a datetime-local, as the API takes it. Throws for no such time. */
export function moment(text: string, zone: string): string {
  const wanted = Date.parse(`${text}Z`);
  if (Number.isNaN(wanted)) throw new RangeError(text);
  let at = wanted;
  // The offset of the first guess may be that of the other side of a change of clocks.
  for (let round = 0; round < 2; round += 1) at += wanted - shown(at, zone);
  return new Date(at).toISOString();
}
