import { render } from "preact";
import "../style/desk.css";
import { Page } from "../page/frame.tsx";
import { desk } from "../words/pages.ts";
import { Desk } from "./desk.tsx";

const root = document.getElementById("app");
document.title = desk.title;
if (root) render(<Page title={desk.title} keeps><Desk /></Page>, root);
