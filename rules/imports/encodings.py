"""Which encoding a text file is in. Where a guess is not sure, the file is refused with a sentence.

A byte order mark decides. Else UTF-8, if every byte fits. Else GB18030, if it reads as Chinese: Big5, Korean, Japanese
and Western files pass as GB18030 too, as letters that nobody uses.
"""

import re
import unicodedata
from dataclasses import dataclass

from rules.imports.spreadsheets import ImportRefused, refused, shown

# Longest first: UTF-32 begins as UTF-16 does.
BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
ADVICE = "Save the table as CSV UTF-8 or as XLSX."

# What names, offices and headings are mostly written with: where a decoding is right, many of its letters are here.
FREQUENT = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍"
    "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉红梅国建志成永春海燕云雪飞波辉斌宇浩鹏峰鑫丹萍玲婷颖琳慧佳欣怡晨阳"
    "光东南西北中上下大小天人山水新老少年月日时分号一二三四五六七八九十百千第组织编码代名称类型姓别手机电话入党期登录账单位联系"
    "支部委员会总机关公司局处科室街道社区村镇乡县市省学校院所办中心集团厂工业农商银行医教育科技信息管理服务政治宣传纪律检查监察"
    "团青妇老干离退休直属上级父备注序性民族出生籍贯历职务书记副主任在岗发展预备正式转时间地址邮箱身份证的是了我有和不这为以来到"
    "生活用可对与年动同经十三进着过说等能好自然里去就那要家作本现力体制理法实化加点面主使全两与问从市场改革开放系统企建设责任"
)
TRADITIONAL = frozenset(
    "張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭許呂蘇盧蔣賈葉閻潘鍾譚鄒陸範顧龍萬錢湯賴龐蘭顏嚴溫蘆魯偉靜麗強軍豔傑娟濤靈國華紅雲飛輝鵬"
    "組織編碼稱類別機電話黨錄帳單聯繫會總關處區鄉縣學校辦團廠業農銀醫教育訊務政紀檢監書記職備註號時間址郵證發展轉預員長東個們"
    "這來對與動經進過說開實點為兩問從場設責任統企"
)
OTHERS = {"big5hkscs": "Big5", "cp950": "Big5", "shift_jis": "Shift JIS", "euc_jp": "EUC-JP", "euc_kr": "EUC-KR"}
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
FOREIGN = re.compile(r"[^\x00-\x7f]+")
LEAST_SHARE = 0.2  # of frequent letters, in texts that are longer than a few letters
FEW = 8


@dataclass(frozen=True, slots=True)
class Text:
    """said: its encoding and how that is known."""

    text: str
    said: str


def decoded(content: bytes) -> Text:
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            try:
                text = content.decode(encoding).removeprefix("\ufeff")
            except UnicodeDecodeError:
                raise refused(f"The file is not {encoding.upper()} text, as its first bytes say. {ADVICE}") from None
            name = encoding.removesuffix("-sig").upper()
            return Text(_checked(text), f"The text is {name}: its byte order mark says so.")
    _check_no_utf_16(content)
    try:
        return Text(_checked(content.decode("utf-8")), "The text is UTF-8: every byte of it fits.")
    except UnicodeDecodeError as error:
        where = content.count(b"\n", 0, error.start) + 1
    _check_not_nearly_utf_8(content, where)
    return Text(_checked(_gb18030(content)), "The text is GB18030: it is not UTF-8, and reads as Chinese.")


def _check_no_utf_16(content: bytes) -> None:
    start = content[:200]
    if max(start[::2].count(0), start[1::2].count(0)) > len(start) // 5:
        raise refused(f"The file seems to be UTF-16 without the mark at its beginning that says so. {ADVICE}")


def _check_not_nearly_utf_8(content: bytes, line: int) -> None:
    """A file glued together of two encodings, or cut in the middle of a letter."""
    text = content.decode("utf-8", "surrogateescape")
    wrong = sum("\udc80" <= letter <= "\udcff" for letter in text)
    if len(HAN.findall(text)) > wrong:
        raise refused(f"The file is UTF-8 text, but on this line a byte does not fit. {ADVICE}", line)


def _gb18030(content: bytes) -> str:
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        if _share(_decoded(content, "big5hkscs")) > 0:
            raise _unsure("Big5") from None
        raise refused(f"The file is neither UTF-8 nor GB18030 text. {ADVICE}") from None
    strange = [letter for letter in set(text) if unicodedata.category(letter) in ("Co", "Cn")]
    share, letters = _share(text), sum(map(len, FOREIGN.findall(text)))
    others = {name: _share(_decoded(content, encoding)) for encoding, name in OTHERS.items()}
    likely = max(others, key=lambda name: others[name])
    if strange or share <= others[likely] or (letters > FEW and share < LEAST_SHARE):
        raise _unsure(likely if others[likely] > 0 else None)
    return text


def _unsure(likely: str | None) -> ImportRefused:
    perhaps = f"; it may be {likely}" if likely else ""
    return refused(f"The file is not UTF-8, and does not surely read as GB18030{perhaps}. {ADVICE}")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _share(text: str) -> float:
    """How many of the letters that are not ASCII are frequent ones, in their simplified or traditional form."""
    letters = "".join(FOREIGN.findall(text))
    return sum(letter in FREQUENT or letter in TRADITIONAL for letter in letters) / len(letters) if letters else 0.0


def _checked(text: str) -> str:
    if (nul := text.find("\0")) >= 0:
        raise refused(f"A NUL character stands here; this is no text file. {ADVICE}", text.count("\n", 0, nul) + 1)
    for found in FOREIGN.finditer(text):
        if said := _spoilt(found[0]):
            line = text.count("\n", 0, found.start()) + 1
            raise refused(f"{shown(found[0])} {said} Export the table again from where it comes from.", line)
    return text


def _spoilt(run: str) -> str | None:
    """Text that was read in a wrong encoding before it was saved."""
    if "\ufffd" in run or "锟斤拷" in run:
        return "is what is left of letters that an earlier program could not read."
    for encoding in ("cp1252", "latin-1", "gb18030"):
        if encoding == "gb18030" and len(run) < 3:
            continue
        try:
            meant = run.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if meant != run and len(HAN.findall(meant)) == len(meant) and _share(meant):
            return f"was {shown(meant)} before a program read it in a wrong encoding."
    return None
