import "../style/leaderboard.css";
import { Page } from "../page/frame.tsx";
import { mount } from "../page/mount.ts";
import { leaderboard } from "../words/pages.ts";
import { LeaderboardPage } from "./leaderboard.tsx";

const root = document.getElementById("app");
document.title = leaderboard.title;
if (root) mount(<Page name="leaderboard" title={leaderboard.title}><LeaderboardPage /></Page>, root);
