import type { Doubt, Fault } from "../chain/verify.ts";
import { number, pick } from "./language.ts";

export const blocks = pick(
  {
    count: "责任区块",
    paired: "结对同志",
    responsible: "责任人",
    with: "结对",
    marks: "5S",
    unmarked: "尚未评定",
    checking: "正在逐块核验",
    sealed: (checked: number): string => `${checked} 个区块逐一核验无误`,
    broken: (count: number): string => `${count} 个区块未通过核验`,
    gone: (count: number): string => `${count} 个曾见过的区块已消失`,
    doubted: (sealed: number, not: number): string => `${sealed} 个核验无误，${not} 个未能核验`,
    comma: "，",
    none: "还没有划定区块",
  },
  {
    count: "blocks",
    paired: "paired",
    responsible: "Responsible",
    with: "With",
    marks: "5S",
    unmarked: "Not marked yet",
    checking: "Checking each block",
    sealed: (checked: number): string => `${number(checked, "block", "blocks")} checked one by one`,
    broken: (count: number): string => number(count, "block does not pass", "blocks do not pass"),
    gone: (count: number): string => number(count, "seen before is gone", "seen before are gone"),
    doubted: (sealed: number, not: number): string => `${sealed} checked, ${not} could not be`,
    comma: ", ",
    none: "No blocks yet",
  },
);

export const faults: Record<Fault, string> = pick(
  {
    hash: "内容与哈希不符",
    content: "内容与记录不符",
    opening: "文字与承诺不符",
    place: "所属组织或结对人不符",
    statement: "签署的不是这一版",
    signature: "签名无效",
    key: "签名密钥已更换",
    broken: "历史链已断",
    back: "版本倒退",
    rewritten: "历史被改写",
    gone: "区块已消失",
  },
  {
    hash: "does not match its hash",
    content: "is not what its record says",
    opening: "text is not what was committed to",
    place: "of another place or other people",
    statement: "another revision was signed",
    signature: "signature does not hold",
    key: "signed with another key",
    broken: "its history is broken",
    back: "went back",
    rewritten: "its history was rewritten",
    gone: "is gone",
  },
);

export const doubts: Record<Doubt, string> = pick(
  { erased: "文字已抹除，无从核验", history: "历史暂未取得，稍后核验" },
  { erased: "texts were erased and can't be checked", history: "history not at hand yet" },
);
