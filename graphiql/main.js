import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { getOperationAST, parse } from "graphql";
import { createClient } from "graphql-ws";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import "./page.css";

const WELCOME = `# Sign in first:
mutation SignIn {
  signIn(input: { login: "…", password: "…" }) {
    __typename
    ... on SignInSuccess { token }
    ... on UserError { message }
  }
}

# then give the token under Headers: { "Authorization": "Bearer …" }. Subscriptions take it from there too.
`;
const API = new URL("../graphql", location.href).href; // whatever path this server is below
const SOCKET = API.replace(/^http/, "ws");

/** Queries and mutations by POST, subscriptions by WebSocket; what stands under Headers goes with both. */
function fetcher(asked, { headers } = {}) {
  if (getOperationAST(parse(asked.query), asked.operationName)?.operation === "subscription") {
    return createClient({ url: SOCKET, connectionParams: headers ?? {} }).iterate(asked);
  }
  const sent = { method: "POST", body: JSON.stringify(asked), headers: { ...headers, "content-type": "application/json" } };
  return fetch(API, sent).then((answer) => answer.json());
}

// A token is not kept in this browser: what stands under Headers goes with the page.
createRoot(document.getElementById("app")).render(
  createElement(GraphiQL, { fetcher, defaultQuery: WELCOME, shouldPersistHeaders: false, defaultEditorToolsVisibility: "headers" }),
);
