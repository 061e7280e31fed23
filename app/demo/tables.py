"""What the demo company is made of. Every name and every number here is invented."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from models import OrganizationKind, TaskReview

ROOT_CODE = "demo"
SEED = 20210701

# Common ones more often, as in life.
SURNAMES = (
    "王王王王李李李李张张张刘刘刘陈陈陈杨杨赵赵黄黄周周吴吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许"
    "傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
    "章钱汤尹黎易常武乔贺赖龚文"
)
FIRST = "建志国海永晓文秀丽玉春雪明俊子雨思佳欣梓一嘉宇浩天泽天立振金云梦诗若静雅书怀景承启德宏学"
LAST = "华军强伟明杰磊鹏飞涛波斌辉宁平东林峰刚毅芳敏静娟丽燕玲红霞英梅琳慧颖洁莹婷雯萍岚涵怡瑶琪宸轩然博远航"
SINGLE = "伟强磊洋勇军杰涛超明霞平刚敏静丽芳娜秀娟英华慧巧美燕玲桂丹萍红玉兰飞凤洁梅琳鑫波斌宇浩凯健俊帆雪荣爱"


def person(chance: Random) -> str:
    given = chance.choice(SINGLE) if chance.random() < 0.3 else chance.choice(FIRST) + chance.choice(LAST)
    return chance.choice(SURNAMES) + given


def people(count: int, chance: Random) -> list[str]:
    """Different ones, so that a board never seems to show somebody twice."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[person(chance)] = None
    return list(found)


@dataclass(frozen=True, slots=True)
class Place:
    """members: its own, without those of what hangs below it. keen: how busy its members are."""

    code: str
    name: str
    kind: OrganizationKind
    parent: str | None
    members: int
    keen: float = 1.0


def _branch(number: int, name: str, keen: float, own: int, *groups: int) -> list[Place]:
    code = f"{ROOT_CODE}-{number}"
    below = [
        Place(
            f"{code}-{index}",
            f"{name}第{'一二三'[index - 1]}党小组",
            OrganizationKind.GROUP,
            code,
            size,
            keen,
        )
        for index, size in enumerate(groups, 1)
    ]
    return [Place(code, f"{name}党支部", OrganizationKind.BRANCH, ROOT_CODE, own, keen), *below]


PLACES: Sequence[Place] = (
    Place(ROOT_CODE, "示例科技公司党委", OrganizationKind.COMMITTEE, None, 0),
    *_branch(1, "研发一部", 1.0, 4, 15, 14, 13),
    *_branch(2, "研发二部", 1.25, 3, 19, 19),
    *_branch(3, "平台运维", 1.1, 36),
    *_branch(4, "产品设计", 0.9, 33),
    *_branch(5, "市场销售", 0.8, 2, 14, 14),
    *_branch(6, "客户服务", 1.4, 27),
    *_branch(7, "质量安全", 1.15, 24),
    *_branch(8, "职能机关", 1.3, 19),
    *_branch(9, "离退休", 0.7, 14),
)
BRANCHES = [place for place in PLACES if place.kind is OrganizationKind.BRANCH]
MEMBERS = sum(place.members for place in PLACES)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A task of the arena. at: who puts it up. opens, lasts: days after the history's beginning, and until it is due
    (None: never); counted from today where `today` is set."""

    title: str
    description: str
    points: int
    review: TaskReview
    at: str
    capacity: int | None
    opens: float
    lasts: float | None
    today: bool = False
    draft: bool = False


PROOF = "完成后写清做了什么、在哪里可以看到；有照片或链接更好。"
A, R = TaskReview.AUTOMATIC, TaskReview.REVIEWED
# title, points, review, branch (0: the committee), capacity, share of the history at which it opens, days until due
_TASKS = (
    ("学习本月指定篇目并写三句体会", 2, A, 0, None, 0.00, None),
    ("参加一次社区志愿服务（半天）", 8, R, 0, 60, 0.00, None),
    ("为新同事当一周向导", 6, R, 0, 30, 0.00, None),
    ("认领一处公共区域，连续整洁五天", 5, R, 0, 40, 0.02, None),
    ("给本部门讲一次十五分钟微党课", 10, R, 0, 45, 0.02, None),
    ("完成一次消防安全自查", 3, A, 0, None, 0.04, None),
    ("整理一份岗位风险清单", 5, R, 3, 20, 0.02, 16),
    ("修复一个积压三个月以上的缺陷", 8, R, 1, 25, 0.03, None),
    ("写一篇让新人看得懂的值班手册", 9, R, 3, 12, 0.05, None),
    ("结对帮带：陪一位新人完成首次上线", 10, R, 2, 20, 0.06, None),
    ("走访一位客户，带回三条意见", 7, R, 5, 24, 0.05, None),
    ("把一条客户投诉跟到底", 8, R, 6, 27, 0.08, None),
    ("核对一遍党员信息", 2, A, 0, None, 0.10, 20),
    ("无偿献血或造血干细胞登记", 12, R, 0, 30, 0.12, 30),
    ("图书角：捐一本书并写一段推荐", 3, A, 0, 80, 0.15, None),
    ("旧物捐赠：至少三件", 4, R, 0, 50, 0.18, 14),
    ("清理一次过期的测试环境", 4, A, 2, None, 0.20, None),
    ("演练一次数据恢复，写下用时", 9, R, 3, 10, 0.25, 25),
    ("把一个流程从五步减到三步", 10, R, 8, 12, 0.25, None),
    ("拍一组身边同事的工作照片", 4, R, 4, 15, 0.28, None),
    ("夜间护送：为加班同事排一次班车", 5, R, 8, 10, 0.30, 12),
    ("回访十位老客户", 8, R, 6, 20, 0.35, None),
    ("技术答疑：在内部论坛解答五个问题", 6, A, 0, 100, 0.38, None),
    ("检查一遍安全通道和应急灯", 3, A, 7, None, 0.40, None),
    ("讲一段入党故事（可录音）", 8, R, 9, 14, 0.40, None),
    ("为老同志上门教一次手机使用", 8, R, 0, 40, 0.45, None),
    ("节约用电：查出一处浪费并改掉", 5, R, 0, 60, 0.50, None),
    ("写一条可以推广的合理化建议", 5, R, 0, None, 0.55, None),
    ("评审一份同事的方案并给出书面意见", 4, A, 4, 30, 0.60, None),
    ("质量月：找出一个漏测的场景", 6, R, 7, 24, 0.62, None),
    ("跨部门结对：听一次对方的例会", 4, A, 0, None, 0.70, None),
    ("攻坚：两周内把首屏时间降三成", 30, R, 1, 3, 0.72, None),
    ("门前雪、楼前叶：清扫一次", 3, A, 0, None, 0.80, None),
    ("揭榜：把值班告警减少一半", 40, R, 3, 2, 0.82, None),
)
_LATER = ("年终走访慰问困难党员", "元旦登高健身活动签到", "为山区学校整理一批电脑", "岗位大练兵：现场比武")
_DRAFTS = ("红色观影并写影评", "党员先锋岗述职", "下季度攻关课题征集", "家属开放日讲解员")


def assignments(days: float) -> list[Assignment]:
    """In the order in which they are put up; the history lasts so many days."""
    made = [
        Assignment(title, PROOF, points, review, _code(branch), capacity, share * days, lasts)
        for title, points, review, branch, capacity, share, lasts in _TASKS
    ]
    for index, title in enumerate(_LATER):
        made.append(Assignment(title, PROOF, 6, R, ROOT_CODE, 50, index + 1.25, 21, today=True))
    for index, title in enumerate(_DRAFTS):
        made.append(Assignment(title, PROOF, 5, R, _code(index * 2), None, 0, None, draft=True))
    return made


def _code(branch: int) -> str:
    return f"{ROOT_CODE}-{branch}" if branch else ROOT_CODE


# What life adds when everything has been claimed.
MORE_TASKS = (
    "今天帮一位同事解决一个问题",
    "整理一次共享文件夹",
    "给一位新人改一份文档",
    "巡查一遍办公区安全",
    "记录一个可以改进的流程",
    "参加一次义务清扫",
)
EVIDENCE = (
    "已完成，照片在支部相册。",
    "按要求做完了，同组同事可以作证。",
    "记录在值班手册第三页。",
    "已办结，客户回电表示满意。",
    "现场照片和签到表已交支部。",
    "做了两次，第二次更顺，已写成说明。",
)
NOTES = ("做得扎实。", "材料齐全。", "可以推广。", "辛苦了！")
RETURNS = ("请补一张现场照片。", "请写明日期和地点。", "还差一位见证人的名字。")
REJECTIONS = ("与他人提交的内容重复。", "不在任务时间内完成。")
REASONS = ("主题党日出勤", "三会一课出勤", "帮助同事，支部提名表扬", "临时值守", "应急抢修到场")
ALIASES = ("小桔灯", "老班长", "一棵树", "山间清风", "夜航船")
