// Node's graphql-ws with ws, as its documentation shows it: one async iterator per subscriber.
// Usage: node server.mjs PORT BOARD

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { buildSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";

const [port, boardFile] = process.argv.slice(2);

const schema = buildSchema(/* GraphQL */ `
  enum LeaderboardSubject { MEMBER ORGANIZATION }
  enum PeriodKind { DAY WEEK MONTH QUARTER YEAR ALL_TIME }
  enum LeaderboardState { LIVE FROZEN SETTLING FINAL }
  type Organization { id: ID! name: String! }
  type Member { id: ID! displayName: String! organization: Organization! }
  union Ranked = Member | Organization
  type LeaderboardRow {
    id: ID! rank: Int! previousRank: Int score: Float! points: Int! reachedAt: String subject: Ranked
  }
  type Period { kind: PeriodKind! startsAt: String endsAt: String }
  type Leaderboard {
    id: ID! version: String! asOf: String! size: Int! state: LeaderboardState! period: Period!
    rows(first: Int! = 10): [LeaderboardRow!]!
  }
  input LeaderboardInput {
    organizationId: ID! subject: LeaderboardSubject! = MEMBER period: PeriodKind! = MONTH
  }
  type Query { leaderboard(input: LeaderboardInput!): Leaderboard! }
  type Subscription { leaderboardUpdated(input: LeaderboardInput!, maxPerSecond: Float! = 5): Leaderboard! }
`);

const { rows, ...fields } = JSON.parse(readFileSync(boardFile, "utf8")).data.leaderboardUpdated;
const standings = rows.map((row) => ({ ...row, subject: { __typename: "Member", ...row.subject } }));
let version = Number(fields.version);

const leaderboard = () => ({
  ...fields,
  version: String(version),
  rows: ({ first }) => standings.slice(0, first),
});

const subscribers = new Set();

class Subscriber {
  #queue = [{ leaderboardUpdated: leaderboard() }];
  #wake = null;

  constructor() {
    subscribers.add(this);
  }
  push(value) {
    if (this.#wake === null) {
      this.#queue.push(value);
      return;
    }
    const wake = this.#wake;
    this.#wake = null;
    wake({ value, done: false });
  }
  next() {
    if (this.#queue.length > 0) return Promise.resolve({ value: this.#queue.shift(), done: false });
    return new Promise((resolve) => (this.#wake = resolve));
  }
  return() {
    subscribers.delete(this);
    this.#wake?.({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }
  [Symbol.asyncIterator]() {
    return this;
  }
}

function change() {
  version += 1;
  const event = { leaderboardUpdated: leaderboard() };
  for (const subscriber of subscribers) subscriber.push(event);
  return { version };
}

const http = createServer((request, response) => {
  if (request.method !== "POST" || !request.url.startsWith("/change?")) {
    response.writeHead(404).end();
    return;
  }
  const body = JSON.stringify(change());
  response.writeHead(200, { "content-type": "application/json" }).end(body);
});
const sockets = new WebSocketServer({ server: http, path: "/graphql", perMessageDeflate: false });
const roots = { subscription: { leaderboardUpdated: () => new Subscriber() } };
useServer({ schema, roots }, sockets, 10_000);
http.listen(Number(port), "127.0.0.1", 2048);
