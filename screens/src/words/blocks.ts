import type { Fault } from "../chain/verify.ts";
import { pick } from "./language.ts";

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
    sealedShort: "链上核验",
    broken: (count: number): string => `${count} 个区块未通过核验`,
    missing: (count: number): string => `${count} 个曾见过的区块不再列出`,
    none: "还没有划定区块",
    version: (sequence: number): string => `第 ${sequence} 版`,
  },
  {
    count: "blocks",
    paired: "paired",
    responsible: "Responsible",
    with: "With",
    marks: "5S",
    unmarked: "Not marked yet",
    checking: "Checking each block",
    sealed: (checked: number): string => `${checked} blocks checked one by one`,
    sealedShort: "Chain checked",
    broken: (count: number): string => `${count} blocks do not pass`,
    missing: (count: number): string => `${count} blocks seen before are gone`,
    none: "No blocks yet",
    version: (sequence: number): string => `rev. ${sequence}`,
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
  },
);
