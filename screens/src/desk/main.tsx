import "../style/desk.css";
import { Page } from "../page/frame.tsx";
import { mount } from "../page/mount.ts";
import { desk } from "../words/desk.ts";
import { Desk } from "./desk.tsx";

const root = document.getElementById("app");
document.title = desk.title;
if (root) mount(<Page name="desk" title={desk.title} keeps><Desk /></Page>, root);
