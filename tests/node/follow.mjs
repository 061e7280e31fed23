// Follows subscriptions with npm's graphql-ws. Reads a command a line: {stream, authorization, query, variables} to
// follow, {stream} to stop. Writes an event a line: {stream, frame}, {stream, error}, {stream, complete} or {closed}.
// Ends when its input does.
import { createInterface } from 'node:readline';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url] = process.argv.slice(2);
const clients = new Map();
const stops = new Map();

const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

function client(authorization) {
  if (!clients.has(authorization)) {
    clients.set(
      authorization,
      createClient({
        url,
        webSocketImpl: WebSocket,
        connectionParams: { authorization },
        retryAttempts: 0,
        on: { closed: ({ code, reason }) => say({ closed: { code, reason } }) },
      }),
    );
  }
  return clients.get(authorization);
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { stream, authorization, query, variables } = JSON.parse(line);
    if (!query) return stops.get(stream)();
    const sink = {
      next: (frame) => say({ stream, frame }),
      error: (error) => say({ stream, error: Array.isArray(error) ? error : String(error.reason || error) }),
      complete: () => say({ stream, complete: true }),
    };
    stops.set(stream, client(authorization).subscribe({ query, variables }, sink));
  })
  .on('close', () => process.exit());
