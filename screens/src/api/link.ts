import { signal } from "@preact/signals";
import { createClient, type Client } from "graphql-ws";
import { base } from "./base.ts";
import { final, now, readClock, type Told } from "./http.ts";
import type { Operation } from "./operations.ts";

const FORBIDDEN = 4403;
const BEAT = 8_000; // milliseconds of quiet before the server is asked whether it is there
const PONG_WITHIN = 5_000;
const ACK_WITHIN = 8_000;
const OPEN_WITHIN = 10_000; // where nothing answers at all, a browser would try for minutes
const LONGEST_WAIT = 15; // seconds between two tries
const BLOCKED_AFTER = 2; // tries; one may meet a server that is just coming back
const WINDOW = 2; // seconds over which a first try is spread, until the server says how many

/**
 * live: the socket is open and answers. heard: when it last did, by the server's clock. blocked: the server answers
 * over HTTP, and sockets do not get through to it.
 */
export interface Linked {
  readonly live: boolean;
  readonly heard: number;
  readonly blocked: boolean;
}

export interface Sink<Data> {
  next(data: Data): void;
  /** There is no such thing, or not for this viewer; the others live on. */
  ended(): void;
  /** The server could not say how it stands. It is asked again by itself, until it can. */
  unsure?(): void;
}

const pause = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000));

const code = (error: unknown): number | undefined =>
  typeof error === "object" && error !== null && "code" in error ? Number(error.code) : undefined;

/**
 * One socket for all of a page's subscriptions, which reconnects without end. `refused` is told when the token may be no
 * longer good; subscriptions wait meanwhile, and go on when it resolves true.
 */
export class Link {
  readonly state = signal<Linked>({ live: false, heard: 0, blocked: false });
  #client: Client;
  #window = WINDOW;
  #pong: ReturnType<typeof setTimeout> | undefined;
  #opening: ReturnType<typeof setTimeout> | undefined;
  #unopened = 0; // tries since a socket last opened
  #asking: Promise<boolean> | undefined;

  constructor(
    private readonly token: () => string | null,
    private readonly refused: () => Promise<boolean>,
  ) {
    this.#client = this.#connect();
  }

  #connect(): Client {
    const url = new URL("graphql", base);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const client: Client = createClient({
      url: url.href,
      connectionParams: () => ({ authorization: `Bearer ${this.token() ?? ""}` }),
      lazyCloseTimeout: 3_000,
      keepAlive: BEAT,
      connectionAckWaitTimeout: ACK_WITHIN,
      retryAttempts: Infinity,
      shouldRetry: (error) => code(error) !== FORBIDDEN,
      retryWait: (retries) => {
        const widest = retries === 0 ? this.#window : Math.min(LONGEST_WAIT, 2 ** retries);
        return pause(0.2 + Math.random() * widest);
      },
      on: {
        connecting: () => {
          clearTimeout(this.#opening);
          this.#opening = setTimeout(() => client.terminate(), OPEN_WITHIN);
        },
        opened: () => {
          clearTimeout(this.#opening);
          this.#unopened = -1;
        },
        connected: (_, payload) => {
          const { reconnectWithinSeconds: window, serverTime: time } = (payload ?? {}) as Record<string, unknown>;
          if (typeof window === "number" && window >= 0 && window <= 600) this.#window = window;
          if (typeof time === "string") readClock(Date.parse(time));
          this.#heard(true);
        },
        message: () => this.#heard(this.state.peek().live),
        ping: (received) => {
          if (received) return;
          clearTimeout(this.#pong);
          this.#pong = setTimeout(() => client.terminate(), PONG_WITHIN);
        },
        pong: (received) => {
          if (received) clearTimeout(this.#pong);
        },
        closed: () => {
          clearTimeout(this.#opening);
          clearTimeout(this.#pong);
          this.state.value = { ...this.state.peek(), live: false };
          this.#unopened += 1;
          if (this.#unopened >= BLOCKED_AFTER) void this.#seeWhetherBlocked();
        },
      },
    });
    return client;
  }

  /** A proxy that does not pass a handshake on never says so to a page. */
  async #seeWhetherBlocked(): Promise<void> {
    const ready = await fetch(new URL("readyz", base), { cache: "no-store" }).then((answer) => answer.ok, () => false);
    const blocked = ready && this.#unopened >= BLOCKED_AFTER;
    if (blocked !== this.state.peek().blocked) this.state.value = { ...this.state.peek(), blocked };
  }

  #heard(live: boolean): void {
    const before = this.state.peek();
    const heard = now();
    if (before.live !== live || heard - before.heard > 250) this.state.value = { live, heard, blocked: false };
  }

  /** Follows until the returned function is called, or the sink was told that it ended. */
  follow<Data, Variables extends Record<string, unknown>>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    sink: Sink<Data>,
  ): () => void {
    let round = 0; // each try is one; what an earlier one still says is not heard
    let tries = 0;
    let stop = (): void => undefined;
    const over = (): void => {
      round += 1;
      stop();
    };
    const later = (seconds: number): void => {
      const mine = round;
      void pause(seconds).then(() => this.#asking ?? true).then((go) => go && mine === round && begin());
    };
    const failed = (error: Told | undefined): void => {
      over();
      if (final(error)) return sink.ended();
      sink.unsure?.();
      tries += 1;
      later(0.5 + Math.random() * Math.min(LONGEST_WAIT, 2 ** tries));
    };
    const begin = (): void => {
      const mine = (round += 1);
      const heard = (act: () => void): void => (mine === round ? act() : undefined);
      stop = this.#client.subscribe<Data>({ query: operation, variables }, {
        next: (frame) => heard(() => {
          if (!frame.data || frame.errors) return failed(frame.errors?.[0]);
          tries = 0;
          sink.next(frame.data);
        }),
        error: (error) => heard(() => {
          if (Array.isArray(error)) failed(error[0] as Told | undefined);
          else void this.#again(error).then((go) => go && mine === round && begin());
        }),
        complete: () => heard(() => later(1 + Math.random())),
      });
    };
    begin();
    return over;
  }

  /** After an end from which the client does not come back by itself: one answer for all subscriptions. */
  #again(error: unknown): Promise<boolean> {
    this.#asking ??= (async () => {
      this.#client.dispose();
      const good = code(error) === FORBIDDEN ? await this.refused() : true;
      if (good) await pause(1 + Math.random() * this.#window);
      // A disposed client does not reconnect: the next subscription needs a new one.
      this.#client = this.#connect();
      this.#asking = undefined;
      return good;
    })();
    return this.#asking;
  }

  close(): void {
    this.#client.dispose();
  }
}
