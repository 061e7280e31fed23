import { desk } from "./desk.ts";
import { language, pick } from "./language.ts";

export const otherLanguage = { name: pick("English", "中文"), code: language === "zh" ? "en" : "zh" };

export const frame = pick(
  { skip: "跳到正文", pages: "各页面", home: "首页", leaderboard: "排行榜", desk: "管理台" },
  { skip: "Skip to the content", pages: "Pages", home: "Home", leaderboard: "Leaderboard", desk: "Desk" },
);

export const person = pick(
  {
    login: "登录名",
    password: "密码",
    signIn: "登录",
    signOut: "退出登录",
    unreachable: "服务器暂未应答，请稍后再试",
    expired: "登录已过期，请重新登录后再试",
    wrong: (message: string): string => `未能登录：${message}`,
  },
  {
    login: "Login",
    password: "Password",
    signIn: "Sign in",
    signOut: "Sign out",
    unreachable: "The server does not answer; try again in a moment",
    expired: "Your session has ended; sign in and try again",
    wrong: (message: string): string => message,
  },
);

export const leaderboard = pick(
  {
    title: "排行榜",
    organization: "组织",
    period: "周期",
    subject: "排谁",
    scoring: "计分",
    members: "党员",
    organizations: "党支部",
    mine: "我",
    ours: "我的支部",
    noRank: "本期还没有积分",
    frozenRank: "封榜期间不显示名次",
    of: (size: number): string => `共 ${size}`,
    notSeen: "没有这块榜，或您不能查看",
    lost: "连接中断，正在自动重连",
    unsure: "服务器暂时答不上来，正在自动重试",
  },
  {
    title: "Leaderboard",
    organization: "Organization",
    period: "Period",
    subject: "Who",
    scoring: "Scoring",
    members: "Members",
    organizations: "Branches",
    mine: "Me",
    ours: "My branch",
    noRank: "No points yet",
    frozenRank: "No ranks while frozen",
    of: (size: number): string => `of ${size}`,
    notSeen: "There is no such board, or you may not see it",
    lost: "Connection lost; reconnecting",
    unsure: "The server can't tell at the moment; asking again",
  },
);

/** Why the server says no, by the type of its answer. */
const refusals: Readonly<Record<string, string>> = pick(
  {
    WrongCredentials: "登录名或密码不正确",
    TooManyAttempts: "尝试过于频繁，请稍后再试",
    NotAllowed: "您没有做这件事的权限",
    NotFound: "已经不在了，或您不能查看",
    PairingExpired: "配对码不对或已失效，请输入屏幕上现在显示的配对码",
    ClaimInWrongState: "这份提交已经有人处理过",
    TaskNotDraft: "这项任务此前已发布",
  },
  {
    WrongCredentials: "Login or password is wrong",
    TooManyAttempts: "Tried too often; try again later",
    NotAllowed: "You may not do this",
    NotFound: "It is no longer there, or you may not see it",
    PairingExpired: "This code is wrong or no longer good; enter the one that the screen shows now",
    ClaimInWrongState: "Somebody has decided on this already",
    TaskNotDraft: "This task was published before",
  },
);

/** What a field takes, by the end of its path. */
const takes: Readonly<Record<string, readonly [label: string, text: string]>> = pick<Readonly<Record<string, readonly [string, string]>>>(
  {
    code: [desk.code, "请照屏幕上显示的输入"],
    name: [desk.name, "1 至 100 个字"],
    title: [desk.taskTitle, "1 至 200 个字"],
    description: [desk.description, "至多 10000 个字"],
    points: [desk.points, "0 至 100000 之间的整数"],
    capacity: ["名额", "1 至 1000000 之间的整数，或留空"],
    dueAt: ["截止", "须晚于现在"],
    taskId: ["截止", "已经过了，请改为更晚的时间"],
    note: [desk.note, "1 至 2000 个字"],
    scenes: [desk.scenes, "1 至 30 个画面"],
    seconds: [desk.seconds, "3 至 3600 秒"],
    "scenes.organizationKind": [desk.ranked, "党小组只在本支部内排名，请选支部的榜或改排别的一级"],
    "scenes.organizationId": [desk.of, "只能是屏幕所在的组织、其上级或下级；党小组只在本支部内显示"],
    organizationId: [desk.place, "须与现在属于同一个最高组织"],
  },
  {
    code: [desk.code, "as the screen shows it"],
    name: ["Name", "1 to 100 characters"],
    title: [desk.taskTitle, "1 to 200 characters"],
    description: [desk.description, "at most 10,000 characters"],
    points: [desk.points, "a whole number from 0 to 100,000"],
    capacity: ["Places", "a whole number from 1 to 1,000,000, or empty"],
    dueAt: ["Until", "must lie ahead"],
    taskId: ["Until", "has passed; choose a later time"],
    note: [desk.note, "1 to 2,000 characters"],
    scenes: [desk.scenes, "1 to 30 scenes"],
    seconds: [desk.seconds, "3 to 3600 seconds"],
    "scenes.organizationKind": [desk.ranked, "groups are ranked within their branch; choose a branch's board or another level"],
    "scenes.organizationId": [desk.of, "the screen's own, one above or one below it; a group only within its branch"],
    organizationId: [desk.place, "must be in the same root as now"],
  },
);
const scene = pick((place: number) => `第 ${place} 个画面的`, (place: number) => `Scene ${place}, `);

export interface Refusal {
  readonly __typename: string;
  readonly message?: string;
  readonly fields?: readonly { readonly path: readonly string[]; readonly message: string }[];
}

/** In the reader's language; in the server's words only where there are no better ones. */
export function refused({ __typename, message, fields }: Refusal): string {
  if (!fields?.length) return refusals[__typename] ?? message ?? __typename;
  const texts = fields.map(({ path, message: said }) => {
    const last = path[path.length - 1] ?? "";
    const found = (path.length > 1 ? takes[`${path[0]}.${last}`] : undefined) ?? takes[last];
    const before = path[0] === "scenes" && path.length > 2 ? scene(Number(path[1]) + 1) : "";
    return found ? `${before}${found[0]}${pick("：", ": ")}${found[1]}` : `${path.join(".")}${pick("：", ": ")}${said}`;
  });
  return [...new Set(texts)].join(pick("；", "; "));
}
