import { kept } from "../api/kept.ts";

export type Language = "zh" | "en";

function chosen(): Language {
  const asked = new URLSearchParams(location.search).get("lang") ?? kept.read<string>("language");
  return asked === "en" ? "en" : "zh";
}

/** Chinese, unless ?lang=en said otherwise once; ?lang=zh goes back. */
export const language: Language = chosen();
if (new URLSearchParams(location.search).has("lang")) kept.write("language", language);
document.documentElement.lang = language === "zh" ? "zh-CN" : "en";

export const locale = language === "zh" ? "zh-CN" : "en-GB";
export const pick = <Text,>(zh: Text, en: Text): Text => (language === "zh" ? zh : en);
/** In English: how many of a thing. */
export const number = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;
