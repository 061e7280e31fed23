import type { LeaderboardState, OrganizationKind, OrganizationScoring, PeriodKind, SceneKind } from "../api/operations.ts";
import { number, pick } from "./language.ts";

export const scenes: Record<SceneKind, string> = pick(
  {
    MEMBER_LEADERBOARD: "党员先锋榜",
    ORGANIZATION_LEADERBOARD: "组织擂台榜",
    TASK_ARENA: "任务擂台",
    BLOCK_BOARD: "责任区块",
    COURSES: "共享党课",
  },
  {
    MEMBER_LEADERBOARD: "Members",
    ORGANIZATION_LEADERBOARD: "Organizations",
    TASK_ARENA: "Task arena",
    BLOCK_BOARD: "Blocks",
    COURSES: "Courses",
  },
);

export const organizations: Record<OrganizationKind, string> = pick(
  { COMMITTEE: "党委", GENERAL_BRANCH: "党总支", BRANCH: "党支部", GROUP: "党小组" },
  { COMMITTEE: "Committees", GENERAL_BRANCH: "General branches", BRANCH: "Branches", GROUP: "Groups" },
);

export const organizationBoards: Record<OrganizationKind, string> = pick(
  { COMMITTEE: "党委擂台榜", GENERAL_BRANCH: "党总支擂台榜", BRANCH: "支部擂台榜", GROUP: "党小组擂台榜" },
  organizations,
);

export const periods: Record<PeriodKind, string> = pick(
  { DAY: "今日", WEEK: "本周", MONTH: "本月", QUARTER: "本季度", YEAR: "本年", ALL_TIME: "累计" },
  { DAY: "Day", WEEK: "Week", MONTH: "Month", QUARTER: "Quarter", YEAR: "Year", ALL_TIME: "All time" },
);

/** The one before: what was shown of it stands, once late reports were counted. */
export const before: Record<Exclude<PeriodKind, "ALL_TIME">, string> = pick(
  { DAY: "昨日", WEEK: "上周", MONTH: "上月", QUARTER: "上季度", YEAR: "上年" },
  { DAY: "Yesterday", WEEK: "Last week", MONTH: "Last month", QUARTER: "Last quarter", YEAR: "Last year" },
);

export const scorings: Record<OrganizationScoring, string> = pick(
  { TOTAL: "总分", MEAN: "人均" },
  { TOTAL: "Total", MEAN: "Per member" },
);

export const states: Record<LeaderboardState, string> = pick(
  { LIVE: "实时", FROZEN: "已封榜", SETTLING: "结算中", FINAL: "最终结果" },
  { LIVE: "Live", FROZEN: "Frozen", SETTLING: "Settling", FINAL: "Final" },
);

export const board = pick(
  {
    points: "分",
    hidden: "未公开",
    notPublic: "不公开",
    showHidden: (count: number): string => `显示不公开者的姓名（${count} 人）`,
    hideHidden: "收起不公开者的姓名",
    nobody: { LIVE: "本期还没有积分，第一名虚位以待", FROZEN: "封榜时还没有积分", SETTLING: "本期已结束，尚无积分", FINAL: "本期没有积分" },
    notBegun: "本期尚未开始",
    ranked: (size: number): string => `${size} 人有积分`,
    rankedOrganizations: (size: number): string => `${size} 个组织有积分`,
    asOf: (time: string): string => `截至 ${time}`,
    frozen: (time: string): string => `${time} 封榜，此后的积分解封后公布`,
    settling: (time: string): string => `本期已结束，迟报的积分计至 ${time}`,
    final: "本期已结束，结果不再变动",
    members: (count: number): string => `${count} 名党员`,
    total: (points: string): string => `共 ${points} 分`,
    fresh: "新",
    up: (places: number): string => `上升 ${places} 位`,
    down: (places: number): string => `下降 ${places} 位`,
    same: "名次未变",
    freshLong: "新上榜",
    rank: "名次",
    move: "较今晨",
    who: "党员",
    organization: "组织",
    score: "积分",
  },
  {
    points: "pts",
    hidden: "Not shown",
    notPublic: "not public",
    showHidden: (count: number): string => `Show names that are not public (${count})`,
    hideHidden: "Hide names that are not public",
    nobody: {
      LIVE: "No points yet: the first place is free",
      FROZEN: "No points when it was frozen",
      SETTLING: "Over, and no points so far",
      FINAL: "No points in this period",
    },
    notBegun: "This period has not begun",
    ranked: (size: number): string => `${number(size, "member", "members")} with points`,
    rankedOrganizations: (size: number): string => `${number(size, "organization", "organizations")} with points`,
    asOf: (time: string): string => `As of ${time}`,
    frozen: (time: string): string => `Frozen at ${time}; later points are shown when it is lifted`,
    settling: (time: string): string => `Over; late reports count until ${time}`,
    final: "Over; the result stands",
    members: (count: number): string => number(count, "member", "members"),
    total: (points: string): string => `${points} pts in all`,
    fresh: "NEW",
    up: (places: number): string => `up ${places}`,
    down: (places: number): string => `down ${places}`,
    same: "as before",
    freshLong: "new on the board",
    rank: "Rank",
    move: "Today",
    who: "Member",
    organization: "Organization",
    score: "Points",
  },
);

/** What stands where no rows do. at: now. */
export function empty(state: LeaderboardState, startsAt: string | null, at: number): string {
  return startsAt !== null && Date.parse(startsAt) > at ? board.notBegun : board.nobody[state];
}
