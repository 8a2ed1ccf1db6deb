"""Sentences that Whisper writes where nobody speaks: it learned them from subtitles of videos.

People say some of them, too. So a match alone condemns nothing; `filters` asks for evidence.
"""

import re
import unicodedata

_KOREAN = (
    r"(오늘도|지금까지|끝까지|영상)?(시청해?|봐|들어|함께해)주셔서(정말|대단히)?(감사|고맙습)(합)?니다",
    r"시청(해주신)?(여러분)?(께)?(감사합니다|고맙습니다)",
    r"(대단히|정말)?(감사합니다|고맙습니다)",
    r"(구독|좋아요|알림설정)(과|와|하고|및)?(구독|좋아요|알림설정)?.{0,8}(부탁.{2,4}|(눌러|해)주세요)?",
    r"다음(영상|시간|주|편)?(에서|에|으로|에는)?(또|다시)?(만나요|뵙겠습니다|봐요|만나겠습니다)",
    r"(지금까지)?(mbc|kbs|sbs|jtbc|ytn)뉴스.{0,8}(입니다|이었습니다|였습니다)",
    r"(한글|영어)?자막(제공|by|제작|협찬)?.{0,24}",
    r"이영상은.{0,20}(유료광고|협찬|제작).{0,12}",
    r"(음악|박수|웃음)",
    r"(안녕|안녕히계세요|안녕하세요)",
    r"(아|어|음|으음|네)",
)

_ENGLISH = (
    r"(thankyou|thanks)(very|so)?(much)?(for(watching|listening|yourattention|joiningus))?.{0,12}",
    r"(please)?(dontforgetto)?(like|subscribe|likeandsubscribe|subscribetomychannel)(.{0,16})?",
    r"(please)?subscribeto.{0,24}",
    r"(subtitles?|captions?|transcription)(are|is|were)?(provided|created|made)?(by|from).{0,40}",
    r"seeyou(in|next|later|again)?(the)?(next)?(video|time|week|one)?",
    r"(this|that)?(is|s)?(the)?endof(the|this)?video",
    r"(good)?(bye)+",
    r"(you|oh|hmm+|mm+|ah+|uh+|um+|the|so|okay)",
    r"(music|applause|laughter|silence|blankaudio|foreign)",
)

_JAPANESE = (
    r"(ご|最後まで)?(ご)?(視聴|覧)(いただき|頂き)?(本当に)?(ありがとう|有難う)(ございました|ございます)",
    r"(次の動画|また次回|また明日)(で|も)?(お会いしましょう|会いましょう|お楽しみに)?",
    r"(チャンネル登録)(と|を)?(高評価)?(を)?(よろしく)?(お願い|おねがい)?(します|いたします)?",
    r"(おやすみなさい|ありがとうございました|終わり|エンディング|うーん|ん+|あー?)",
)

_CHINESE = (
    r"(请|請)(不吝)?(点|點)(赞|贊|讚)(订阅|訂閱)?.{0,24}",
    r"(字幕|中文字幕).{0,24}",
    r"(谢谢|謝謝|感谢|感謝)(大家)?(的)?(观看|觀看|收看|收听|收聽)?",
    r"(下期|下次)(再见|再見|节目再见|節目再見)",
    r"(明镜|明鏡)(与|與)(点点|點點)(栏目|欄目)?",
    r"优优独播剧场.{0,24}",
)

_PATTERN = re.compile("|".join((*_KOREAN, *_ENGLISH, *_JAPANESE, *_CHINESE)))


_BREAK = re.compile(r"[,.!?…、。，！？]+")  # noqa: RUF001 - as CJK breaks a sentence


def is_known_phantom(text: str) -> bool:
    """Whether `text` is one of the sentences, or one after the other and nothing else.

    Spacing and marks do not count.
    """
    parts = [each for each in map(letters, _BREAK.split(text)) if each]
    return _PATTERN.fullmatch(letters(text)) is not None or (
        len(parts) > 1 and all(_PATTERN.fullmatch(each) for each in parts)
    )


def letters(text: str) -> str:
    """`text` in lower case without spaces and marks: two spellings of a sentence become equal."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return "".join(character for character in plain if character.isalnum())
