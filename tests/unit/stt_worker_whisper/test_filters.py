"""What nobody said is dropped; what somebody really said stays, phantom or not."""

import pytest

from malmoi.contracts.transcripts import Segment
from stt_worker_base.pauses import Span
from stt_worker_whisper.filters import Context, Hypothesis, is_spoken
from stt_worker_whisper.phantoms import is_known_phantom

LONG_SPEECH = Context(spans=(Span(0, 10),))

PHANTOMS = [
    "시청해주셔서 감사합니다.",
    "시청해 주셔서 감사합니다!",
    "구독과 좋아요 부탁드립니다.",
    "구독, 좋아요, 알림 설정 부탁드려요",
    "다음 영상에서 만나요!",
    "MBC 뉴스 이덕영입니다.",
    "자막 제공 배달의민족",
    "한글자막 by 한효정",
    "감사합니다.",
    "Thank you for watching.",
    "Thanks for watching!",
    "Thank you.",
    "Please subscribe to my channel.",
    "Subtitles by the Amara.org community",
    "you",
    "This is the end of the video, thanks for watching, see you in the next video, bye bye",
    "감사합니다. 다음 영상에서 만나요!",
    "ご視聴ありがとうございました",
    "チャンネル登録お願いします",
    "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
    "字幕由 Amara.org 社群提供",
]

SENTENCES = [
    "저는 지금 서울에서 한국어를 공부하고 있습니다.",
    "시청 앞에서 만나요.",
    "구독 서비스의 요금이 올랐습니다.",
    "도와주셔서 감사합니다.",
    "Thank you for the report, I will read it tomorrow morning.",
    "You know what I mean?",
    "Thank you, I will see the end of the video at home.",
    "今日は天気がいいので、公園を散歩しましょう。",
    "大家好我叫小明。",
]


def said(text: str, **changes: float) -> Hypothesis:
    """`text` over three seconds, said clearly."""
    clear = {"no_speech_probability": 0.05, "average_log_probability": -0.3}
    return Hypothesis(Segment(text=text, start_s=1.0, end_s=4.0, **(clear | changes)))


@pytest.mark.parametrize("text", PHANTOMS)
def test_a_known_phantom_is_recognised_whatever_its_marks(text: str) -> None:
    assert is_known_phantom(text)


@pytest.mark.parametrize("text", SENTENCES)
def test_an_ordinary_sentence_is_no_phantom(text: str) -> None:
    assert not is_known_phantom(text)


@pytest.mark.parametrize("text", PHANTOMS)
def test_a_phantom_on_weak_evidence_is_dropped(text: str) -> None:
    assert not is_spoken(said(text, no_speech_probability=0.4), LONG_SPEECH)
    assert not is_spoken(said(text, average_log_probability=-0.9), LONG_SPEECH)


@pytest.mark.parametrize("text", PHANTOMS)
def test_somebody_who_clearly_says_it_is_written_down(text: str) -> None:
    assert is_spoken(said(text), LONG_SPEECH)


def test_a_sentence_in_less_time_than_anybody_needs_is_a_phantom() -> None:
    click = Context(spans=(Span(2.0, 2.3),))

    assert not is_spoken(said("시청해주셔서 감사합니다"), click)


@pytest.mark.parametrize("text", SENTENCES)
def test_an_unsure_ordinary_sentence_stays(text: str) -> None:
    unsure = said(text, no_speech_probability=0.45, average_log_probability=-0.9)

    assert is_spoken(unsure, LONG_SPEECH)


def test_the_prompt_repeated_into_noise_is_dropped_and_a_term_of_it_that_is_said_stays() -> None:
    context = Context(spans=(Span(0, 10),), prompt="말모이, 조선어학회")

    assert not is_spoken(said("말모이, 조선어학회", no_speech_probability=0.4), context)
    assert is_spoken(said("조선어학회"), context)


@pytest.mark.parametrize(
    "text", ["", "...", "♪", "♪ 음악 ♪", "[음악]", "(applause)", "*sighs*", "[Music]."]
)
def test_a_note_about_the_sound_is_not_speech(text: str) -> None:
    assert not is_spoken(said(text), LONG_SPEECH)


def test_text_where_nobody_speaks_is_dropped() -> None:
    assert not is_spoken(said("저는 여기 있습니다"), Context(spans=(Span(20, 30),)))


def test_text_just_beside_the_speech_stays() -> None:
    """Whisper's times are not exact."""
    assert is_spoken(said("네 알겠습니다"), Context(spans=(Span(4.2, 5.0),)))


def test_what_whisper_itself_doubts_twice_is_dropped() -> None:
    doubtful = said("으음 그게", no_speech_probability=0.59, average_log_probability=-0.8)

    assert not is_spoken(doubtful, LONG_SPEECH)


def test_what_no_temperature_could_settle_is_dropped() -> None:
    segment = said("흥 왔다 갔다", average_log_probability=-1.4).segment

    assert not is_spoken(Hypothesis(segment, gave_up=True), LONG_SPEECH)
    assert is_spoken(Hypothesis(segment, gave_up=False), LONG_SPEECH)


def test_a_loop_inside_a_segment_is_dropped() -> None:
    assert not is_spoken(said("그래서 제가 그래서 제가 " * 12), LONG_SPEECH)


def test_one_letter_again_and_again_is_dropped_on_weak_evidence_only() -> None:
    assert not is_spoken(said("ㄷㄷㄷㄷㄷㄷ", no_speech_probability=0.7), LONG_SPEECH)
    assert is_spoken(said("ㅋㅋㅋㅋㅋㅋ"), LONG_SPEECH)
    assert is_spoken(said("네네네", no_speech_probability=0.3), LONG_SPEECH)


def test_three_equal_sentences_stay_and_the_fourth_is_a_loop_on_weak_evidence() -> None:
    text = "하나 더 주세요"
    doubted = said(text, average_log_probability=-0.65)

    assert is_spoken(doubted, LONG_SPEECH, before=[text, text])
    assert not is_spoken(doubted, LONG_SPEECH, before=[text, text, text])
    assert not is_spoken(said(text), Context(spans=(Span(2, 2.3),)), before=[text, text, text])


def test_what_somebody_says_again_and_again_stays() -> None:
    text = "하나 더 주세요"

    assert is_spoken(said(text), LONG_SPEECH, before=[text, text, text])
