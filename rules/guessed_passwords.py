"""Passwords that are tried first, gathered from what is widely known of leaks: folded as rules/passwords.py folds, so
without signs, and without digits at their ends where letters are left."""

_WORDS = """
access account action admin adminadmin administrator agent aini airborne aiwojia alex alexander alexis alice amanda
america andrea andrew angel angela angels animal anthony apple apples april arsenal asdf asdfasdf asdfgh asdfghjk
asdfghjkl asdqwe ashley august austin baby babygirl bailey banana bandit baobao barcelona barney baseball basketball
batman beach bear beautiful beauty beijing benjamin berlin bigdog blackie blahblah blink blue bond booboo boomer
boston brandon brandy brazil bronco bubbles buddy bulldog buster butter butterfly california camaro canada caonima
captain carlos carolina casper change changeit changeme charles charlie cheese chelsea chengdu chester chicago
chicken china chocolate chris christian christine cocacola coffee compaq computer cookie cool cooper corvette cowboy
cowboys cristina crystal dakota dallas dangyuan dangzhibu daniel danielle database david debbie december default
demo dennis diablo diamond doctor dolphin dolphins domino donald dragon dragons drowssap eagle eagles edward
einstein elephant elizabeth eminem enter falcon family february fender ferrari fire fireball fishing fitness flower
flowers football forever france frank franklin freddy freedom friday friend friends fuck fuckme fuckoff fuckyou
gandalf garfield gateway gemini george giants ginger girls god golden golfer gongsi google gordon great green
guangzhou guest guitar gunner hacker haha hahaha hammer hangzhou hannah happy hardcore harley harrypotter heather
heihei hello hellohello hellokitty helpme hockey hola honda horses hotdog houzi huawei hunter hunting iceman iloveme
iloveu iloveyou internet ironman jackass jackson jaguar jaguars jake james january jasmine jasper jennifer jeremy
jessica jesus jiayou jingdong john johnny johnson jonathan jordan joseph joshua julia july june junior justin kaixin
karina kevin killer kitten kitty knight lakers laogong laopo lauren legend legolas letmein letmeinnow lisi liverpool
login london lotus love lovelove lovely loveme lover loveyou lucky maddog madison maggie magic manager manchester
march marina marine marlboro martin master matrix matthew maverick maxwell melissa member mercedes mexico michael
michelle mickey midnight miller mima mimamima minecraft monday money monica monkey monster morgan mother mountain
music mustang nanjing nascar natasha nathan newpass newpassword newyork nicholas nicole nihao nihaoma ningbo ninja
nirvana nopass nopassword nothing november october office oliver orange pantera parker pass passion passord passw
passwd password passwort patrick peaches peanut pepper phantom phoenix player please pokemon police porsche power
prince princess private public purple qazwsx qazwsxedc qingdao qqww qwe qweasd qweasdzxc qweqwe qwerty qwertyui
qwertyuiop rabbit rachel racing raiders rainbow ranger rangers rebecca redskins redsox remember richard robert
rocket root rootroot rosebud runner rush russia samantha sammy samsung sandra saturday scooter scorpion scott secret
secretary security september server service shadow shanghai shannon shelby shengri shenzhen sierra silver simple
skippy slayer smokey snoopy soccer sophie spanky sparky spider spiderman spring staff standard startrek starwars
steelers stephen steven student summer sunday sunflower sunshine superman superuser supervisor support sweet sweetie
swordfish sydney sysadmin system taobao taylor teacher temp temporary temppass tencent tennis teresa test testing
testtest thanks theman thomas thunder thursday tianmao tiantian tiger tigers tigger tomcat toor trustme trustno
tuesday turtle twitter unknown user username victor victoria viking vikings virginia voyager walter wangwu wangyi
wednesday weixin welcome whatever william willie willow windows winner winston winter wizard woaini woainima
woaiwojia woaizhongguo wodemima wohenhao wordpass woshishui wuhan xavier xbox xiaomi xiaoming xingfu xuexi
xuexiqiangguo xxx xxxxxx yamaha yangguang yankees yellow zaqxsw zhangsan zhejiang zhifubao zhongguo zhonghua zuguo
zxcv zxcvbn zxcvbnm 中国 你好 党员 党支部 加油 密码 我爱中国 我爱你 我的密码 测试 管理员
"""
# Told as they stand: digits and letters by turns, or digits alone.
_WHOLE = """
11223344 112233445 1122334455 123123123 123321123 12341234 12344321 1234512345 123454321 123456788 123654789
123abc456 13141314 1314520 13145200 14725836 147258369 147896325 159357159 159753159 1a2b3c4d 1q2w3e 1q2w3e4r
1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc 27182818 31415926 314159265 5201314 52013145 5201314520 66668888 741852963
789456123 88886666 987456321 a1b2c3d4 a1s2d3f4 abc123abc abcd1234 p0o9i8u7 q1w2e3r4 q1w2e3r4t5 qwe123qwe zaq12wsx
"""
COMMON = frozenset(_WORDS.split())
COMMON_WHOLE = frozenset(_WHOLE.split())
