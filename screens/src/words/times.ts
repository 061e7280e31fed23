import type { PeriodKind } from "../api/operations.ts";
import { language, locale, pick } from "./language.ts";

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone })));
  return found;
}

const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;

/** Dates and times in the organization's own zone; in the machine's until that is known. */
export class Times {
  constructor(private readonly zone?: string) {}

  clock = (at: number): string => format(this.zone, CLOCK).format(at);
  time = (at: number): string => format(this.zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  day = (at: number): string => format(this.zone, { month: "long", day: "numeric" }).format(at);
  weekday = (at: number): string => format(this.zone, { weekday: "long" }).format(at);
  year = (at: number): string => format(this.zone, { year: "numeric" }).format(at);
  date = (at: number): string => pick(`${this.day(at)} ${this.weekday(at)}`, `${this.weekday(at)}, ${this.day(at)}`);

  /** A moment: the time alone while it is of today. */
  moment = (at: number, today: number): string =>
    this.day(at) === this.day(today) && Math.abs(at - today) < DAY ? this.clock(at) : `${this.day(at)} ${this.time(at)}`;

  /** To the minute: the time alone while it is of today. */
  short = (at: number, today: number): string =>
    this.day(at) === this.day(today) && Math.abs(at - today) < DAY ? this.time(at) : `${this.day(at)} ${this.time(at)}`;

  /** To the minute, always with its day: today's and yesterday's by name, those of another year with it. */
  dated = (at: number, now: number): string => {
    const days = this.#days(now) - this.#days(at);
    if (days === 0 || days === 1) return `${pick(["今天", "昨天"], ["today", "yesterday"])[days]} ${this.time(at)}`;
    const day = this.year(at) === this.year(now) ? this.day(at) : format(this.zone, { year: "numeric", month: "long", day: "numeric" }).format(at);
    return `${day} ${this.time(at)}`;
  };

  /** Days of the zone's calendar since some day of long ago. */
  #days(at: number): number {
    const parts = new Intl.DateTimeFormat("en", { year: "numeric", month: "numeric", day: "numeric", timeZone: this.zone }).formatToParts(at);
    const of = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
    return Date.UTC(of("year"), of("month") - 1, of("day")) / DAY;
  }

  #part(at: number, part: "year" | "month"): number {
    return Number(new Intl.DateTimeFormat("en", { [part]: "numeric", timeZone: this.zone }).format(at));
  }

  /** What a period is called, such as 2026年10月. */
  period(kind: PeriodKind, startsAt: string | null, endsAt: string | null): string {
    if (startsAt === null || endsAt === null) return pick("建账以来累计", "All time");
    const from = Date.parse(startsAt);
    const year = this.#part(from, "year");
    const quarter = Math.ceil(this.#part(from, "month") / 3);
    switch (kind) {
      case "DAY":
        return format(this.zone, { month: "long", day: "numeric", weekday: "short" }).format(from);
      case "WEEK":
        return `${this.day(from)}${language === "zh" ? "至" : " – "}${this.day(Date.parse(endsAt) - DAY / 2)}`;
      case "MONTH":
        return format(this.zone, { year: "numeric", month: "long" }).format(from);
      case "QUARTER":
        return pick(`${year}年第${"一二三四"[quarter - 1]}季度`, `Q${quarter} ${year}`);
      default:
        return pick(`${year}年`, `${year}`);
    }
  }
}

/** A stretch of time in words; whole minutes from the tenth on. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (days > 0) return pick(`${days} 天 ${hours} 小时`, `${days} d ${hours} h`);
  if (hours > 0) return pick(`${hours} 小时 ${minutes} 分钟`, `${hours} h ${minutes} min`);
  if (minutes >= 10) return pick(`${minutes} 分钟`, `${minutes} min`);
  if (minutes > 0) return pick(`${minutes} 分 ${seconds % 60} 秒`, `${minutes} min ${seconds % 60} s`);
  return pick(`${seconds} 秒`, `${seconds} s`);
}

const whole = new Intl.NumberFormat(locale);
const hundredths = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const count = (value: number): string => whole.format(value);

/** Rounded down, so that nobody seems to have reached what another has. */
export const mean = (value: number): string => hundredths.format(Math.floor(value * 100 + 1e-6) / 100);
