"""Words that mean the same however they are typed, and the known word that somebody most likely meant."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from functools import cache

from layers.text import Text, say

# Traditional characters of the headers we know, each with its Simplified form in the same place.
_SIMPLIFIED = str.maketrans(
    "經緯東戶數歲滿過區劃編號碼門應燈橋樑隧類別級況態鄉鎮莊單位積業員崗務範圍圖層設備電話來時間線寬車輛鐵樓屬權質現狀用途標識縣裡號稱殘疾齡貧幼兒學醫療總計",
    "经纬东户数岁满过区划编号码门应灯桥梁隧类别级况态乡镇庄单位积业员岗务范围图层设备电话来时间线宽车辆铁楼属权质现状用途标识县里号称残疾龄贫幼儿学医疗总计",
)


@cache
def folded(word: str) -> str:
    """Return a header or word without what people vary: case, width, spaces, punctuation, Traditional characters."""
    plain = unicodedata.normalize("NFKC", word).casefold().translate(_SIMPLIFIED)
    return "".join(letter for letter in plain if letter.isalnum()) or plain.strip()


def nearest(word: str, words: Iterable[str]) -> Text:
    """Return "did you mean …" with the nearest of the words, or all of them where none is near."""
    known = list(words)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return say("readers.did_you_mean", word=close[0])
    return say("readers.one_of", words=", ".join(known[:40]))
