"""report.pdf: the same report, set by typst in a Chinese font, verbatim whatever it holds; or a clear refusal."""

import subprocess
from shutil import which

import pytest

from layers.problems import InputError
from maps import reportpdf
from maps.reportparts import told
from maps.reportpdf import chinese_font, report_pdf
from maps.totals import totals
from maps.wording import shown
from tests.maps.fakes import Naming, town

typst = pytest.importorskip("typst", reason="no typst (the extra pdf)")
pytestmark = pytest.mark.skipif(
    not set(reportpdf.FONTS) & set(typst.Fonts().families()), reason="no Chinese font to set a PDF in"
)
needs_poppler = pytest.mark.skipif(which("pdftotext") is None, reason="no pdftotext (poppler-utils) to read a PDF with")
NAUGHTY = ("#panic(1)", "#sys.inputs", "$x$ *b* _i_", "`raw`", "// comment", "\\u{41}", "@ref <label>", "= head", "]#{")


def made(assessment, language="zh"):
    return report_pdf(assessment, totals(assessment), language)


def text_of(pdf, tmp_path):
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout


def test_the_same_assessment_gives_the_same_bytes():
    assert made(town()) == made(town())


@needs_poppler
@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_says_what_the_report_says(tmp_path, language):
    assessment = town()
    text = "".join(text_of(made(assessment, language), tmp_path).split())
    whole = told(assessment, totals(assessment), language)
    for part in whole.parts:
        if part.kind != "findings":
            assert "".join(part.title.split()) in text
        for line in part.bullets:
            assert "".join(line.split()) in text
    rules = next(part for part in whole.parts if part.kind == "rules")
    for row in rules.rows:
        assert "".join(row.cells[3:6]) in text


@needs_poppler
def test_what_typst_would_run_is_shown_as_it_is(tmp_path):
    text = "".join(text_of(made(town(naming=Naming(NAUGHTY))), tmp_path).split())
    for naughty in NAUGHTY:
        assert "".join(shown(naughty).split()) in text


def test_fonts_are_embedded_and_chinese(tmp_path):
    if which("pdffonts") is None:
        pytest.skip("no pdffonts (poppler-utils)")
    file = tmp_path / "report.pdf"
    file.write_bytes(made(town()))
    said = subprocess.run(["pdffonts", str(file)], capture_output=True, text=True, check=True).stdout
    fonts = said.splitlines()[2:]
    assert fonts
    assert all("yes yes" in font for font in fonts)


def test_without_a_chinese_font_it_says_which_to_install(monkeypatch):
    monkeypatch.setattr(reportpdf, "FONTS", ("No Such Font",))
    chinese_font.cache_clear()
    with pytest.raises(InputError) as refused:
        chinese_font()
    assert refused.value.problems[0].in_("zh") == (
        "--pdf：本机没有找到中文字体，PDF 中的汉字无法显示。请安装思源黑体（Debian、统信、麒麟：apt install fonts-noto-cjk）、微软雅黑或其他中文字体后重试。"
    )
    assert "Noto Sans CJK" in refused.value.problems[0].in_("en")


def test_without_typst_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    chinese_font.cache_clear()
    with pytest.raises(InputError) as refused:
        chinese_font()
    assert 'pip install "coverplan[pdf]"' in refused.value.problems[0].in_("zh")
