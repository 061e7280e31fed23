import { now } from "../../api/http.ts";
import type { Board } from "../../api/operations.ts";
import { Ranks } from "../../board/ranks.tsx";
import { board as words, empty } from "../../words/boards.ts";
import type { Times } from "../../words/times.ts";
import { clock } from "../clock.ts";

export function BoardScene({ shown, times }: { shown: Board; times: Times }) {
  const told = standing(shown, times);
  return (
    <div class={`board board-${shown.subject}`}>
      {told && <p class={`ribbon ribbon-${shown.state}`}><i />{told}</p>}
      {shown.rows.length > 0 ? <Ranks shown={shown} /> : <p class="waiting">{empty(shown.state, shown.period.startsAt, now())}</p>}
    </div>
  );
}

/** Why it stands still, if it does. */
function standing(shown: Board, times: Times): string | null {
  const at = (moment: string | null): string => (moment ? `${times.day(Date.parse(moment))} ${times.time(Date.parse(moment))}` : "");
  switch (shown.state) {
    case "FROZEN":
      return words.frozen(at(shown.frozenAt));
    case "SETTLING":
      return words.settling(at(shown.finalAt));
    case "FINAL":
      return words.final;
    default:
      return null;
  }
}

export function Asides({ shown, times }: { shown: Board; times: Times }) {
  const ranked = shown.subject === "MEMBER" ? words.ranked(shown.size) : words.rankedOrganizations(shown.size);
  return (
    <>
      <span>{ranked}</span>
      <span>{words.asOf(times.moment(Date.parse(shown.asOf), clock.value))}</span>
    </>
  );
}
