import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { now } from "../api/http.ts";
import { Link } from "../api/link.ts";
import {
  FollowBoard,
  FollowStanding,
  Me,
  Place,
  Roots,
  type FollowBoardData,
  type FollowStandingData,
  type LeaderboardInput,
  type LeaderboardSubject,
  type MeData,
  type OrganizationScoring,
  type PeriodKind,
} from "../api/operations.ts";
import { askAs, stillSignedIn, token } from "../api/person.ts";
import { Move, Ranks } from "../board/ranks.tsx";
import { Choose } from "../page/frame.tsx";
import { board as boardWords, empty, periods, scorings, states } from "../words/boards.ts";
import { leaderboard as words } from "../words/pages.ts";
import { Times, count, mean } from "../words/times.ts";

type Board = FollowBoardData["leaderboardUpdated"];
type Standing = FollowStandingData["standingUpdated"];
type Named = readonly [string, string];

const entries = <Key extends string>(texts: Record<Key, string>): (readonly [Key, string])[] =>
  Object.entries(texts) as [Key, string][];
const subjects = { MEMBER: words.members, ORGANIZATION: words.organizations } satisfies Record<LeaderboardSubject, string>;

function asked<Value extends string>(name: string, allowed: Record<Value, string>, byDefault: Value): Value {
  const value = new URLSearchParams(location.search).get(name) as Value | null;
  return value !== null && value in allowed ? value : byDefault;
}

export function LeaderboardPage() {
  const me = useSignal<MeData["viewer"]>(null);
  const trouble = useSignal(false);
  const places = useSignal<Named[]>([]);
  const zone = useSignal<string | undefined>(undefined);
  const organization = useSignal(new URLSearchParams(location.search).get("organization") ?? "");
  const period = useSignal<PeriodKind>(asked("period", periods, "MONTH"));
  const subject = useSignal<LeaderboardSubject>(asked("subject", subjects, "MEMBER"));
  const scoring = useSignal<OrganizationScoring>(asked("scoring", scorings, "MEAN"));

  useEffect(() => {
    const load = async (): Promise<void> => {
      const { viewer } = await askAs(Me, {});
      const own = viewer?.member?.organization;
      const roots = own ? [] : (await askAs(Roots, {})).organizations.edges.map((edge) => edge.node);
      const found = new Map([...(own ? [...own.ancestors, own] : roots)].map((one) => [one.id, one.name]));
      for (const role of viewer?.roles ?? []) if (role.organization) found.set(role.organization.id, role.organization.name);
      const first = organization.peek() || [...found.keys()][0] || "";
      const here = first ? (await askAs(Place, { id: first })).organization : null;
      if (here) found.set(here.id, here.name);
      zone.value = here?.timeZone;
      places.value = [...found];
      organization.value = first;
      me.value = viewer;
      trouble.value = false;
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const again = (): void => void load().catch(() => {
      if (over || token.peek() === null) return;
      trouble.value = true;
      timer = setTimeout(again, 3000);
    });
    again();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, []);

  // Each sign-in gets a link of its own: a refused one is not used again.
  const link = useMemo(() => new Link(() => token.peek(), () => stillSignedIn(Me)), []);
  useEffect(() => () => link.close(), []);

  useEffect(() => {
    const query = new URLSearchParams(location.search);
    query.set("organization", organization.value);
    query.set("period", period.value);
    query.set("subject", subject.value);
    query.set("scoring", scoring.value);
    if (organization.value) history.replaceState(null, "", `?${query}`);
  }, [organization.value, period.value, subject.value, scoring.value]);

  const input: LeaderboardInput = {
    organizationId: organization.value,
    period: period.value,
    subject: subject.value,
    ...(subject.value === "ORGANIZATION" ? { scoring: scoring.value } : {}),
  };
  const branch = useComputed(() => {
    const own = me.value?.member?.organization;
    return own ? ([...own.ancestors, own].reverse().find((one) => one.kind === "BRANCH")?.id ?? null) : null;
  }).value;
  return (
    <>
      <form class="choices" onSubmit={(event) => event.preventDefault()}>
        <Choose label={words.organization} value={organization.value} options={places.value} onPick={(value) => (organization.value = value)} />
        <Choose label={words.period} value={period.value} options={entries(periods)} onPick={(value) => (period.value = value)} />
        <Choose label={words.subject} value={subject.value} options={entries(subjects)} onPick={(value) => (subject.value = value)} />
        {subject.value === "ORGANIZATION" && (
          <Choose label={words.scoring} value={scoring.value} options={entries(scorings)} onPick={(value) => (scoring.value = value)} />
        )}
      </form>
      {!me.value && trouble.value && <p class="told" role="status">▲ {words.unsure}</p>}
      {me.value && organization.value && (
        <Live key={JSON.stringify(input)} link={link} input={input} zone={zone.value}
          own={subject.value === "MEMBER" ? (me.value.member?.id ?? null) : branch} />
      )}
    </>
  );
}

interface Followed {
  link: Link;
  input: LeaderboardInput;
  zone: string | undefined;
  own: string | null;
}

function Live({ link, input, zone, own }: Followed) {
  const shown = useSignal<Board | null>(null);
  const standing = useSignal<Standing | null>(null);
  const ended = useSignal(false);
  const unsure = useSignal({ board: false, standing: false });
  const names = useSignal(false); // asked for on each board by itself
  const times = useMemo(() => new Times(zone), [zone]);
  useEffect(() => {
    const stopBoard = link.follow(FollowBoard, { input }, {
      next: (data) => {
        shown.value = data.leaderboardUpdated;
        unsure.value = { ...unsure.peek(), board: false };
      },
      ended: () => (ended.value = true),
      unsure: () => (unsure.value = { ...unsure.peek(), board: true }),
    });
    const stopStanding = own === null ? () => undefined : link.follow(
      FollowStanding,
      { input, subjectId: input.subject === "ORGANIZATION" ? own : null },
      {
        next: (data) => {
          standing.value = data.standingUpdated;
          unsure.value = { ...unsure.peek(), standing: false };
        },
        ended: () => {
          standing.value = null;
          unsure.value = { ...unsure.peek(), standing: false };
        },
        unsure: () => (unsure.value = { ...unsure.peek(), standing: true }),
      },
    );
    return () => {
      stopBoard();
      stopStanding();
    };
  }, []);
  const board = shown.value;
  if (ended.value) return <p class="told" role="alert">{words.notSeen}</p>;
  // What was shown stays: the server did not say that it is otherwise.
  const doubt = !link.state.value.live ? words.lost : unsure.value.board || unsure.value.standing ? words.unsure : "";
  if (!board) return <p class="told" role="status">{unsure.value.board ? `▲ ${words.unsure}` : "…"}</p>;
  const hidden = board.rows.filter((row) => row.hiddenFromPublic).length;
  return (
    <>
      <p class="told">
        <b>{times.period(board.period.kind, board.period.startsAt, board.period.endsAt)}</b>
        <span class={`state state-${board.state}`}>{states[board.state]}</span>
        <span>{boardWords.asOf(times.moment(Date.parse(board.asOf), Date.now()))}</span>
        <span role="status">{doubt && `▲ ${doubt}`}</span>
      </p>
      {hidden > 0 && (
        <p class="told">
          <button type="button" class="quiet" aria-pressed={names.value} onClick={() => (names.value = !names.value)}>
            {names.value ? boardWords.hideHidden : boardWords.showHidden(hidden)}
          </button>
        </p>
      )}
      {board.rows.length > 0 ? <Ranks shown={board} own={own} names={names.value} /> : <p class="told">{empty(board.state, board.period.startsAt, now())}</p>}
      {standing.value && <Own standing={standing.value} board={board} />}
    </>
  );
}

function Own({ standing, board }: { standing: Standing; board: Board }) {
  const { row } = standing;
  const none = standing.state === "FROZEN" ? words.frozenRank : words.noRank;
  return (
    <footer class="own-row" aria-live="polite">
      <b>{board.subject === "MEMBER" ? words.mine : words.ours}</b>
      {standing.rank === null ? <span>{none}</span> : (
        <span class="own-rank">{standing.rank}<small>{standing.size !== null && words.of(standing.size)}</small></span>
      )}
      {row && board.period.kind !== "DAY" && <Move rank={row.rank} before={row.previousRank} />}
      <span class="own-points">
        {board.scoring === "MEAN" && row ? mean(row.score) : count(standing.points)}
        <small>{boardWords.points}</small>
      </span>
    </footer>
  );
}
