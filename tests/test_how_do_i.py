"""The pages "How do I ...?": each question has an answer that runs by itself."""

import re

import pytest
import sklearn

from skrnn.estimators.callbacks import HAS_CALLBACKS
from tests.how_do_i import FOLDER, INDEX, questions
from tests.test_docs import FENCE

QUESTIONS = questions()
SKLEARN = tuple(map(int, sklearn.__version__.split(".")[:2]))
#: Lines of a program; empty ones do not count.
MOST_LINES = 12
#: What a program needs of scikit-learn, where it is not in the oldest version.
NEEDS = {
    "sklearn.callback": HAS_CALLBACKS,
    'method="temperature"': SKLEARN >= (1, 8),
}


def runs_here(question):
    return question.language == "python" and all(
        there for name, there in NEEDS.items() if name in question.program
    )


def named(question):
    return question.link


def test_there_are_many_questions():
    assert len(QUESTIONS) >= 40
    assert len({question.heading for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_a_question_has_a_short_answer(question):
    assert question.heading.endswith("?")
    sentence = FENCE.split(question.text)[0].strip()
    assert sentence
    assert len(question.programs) == 1
    assert sum(map(bool, map(str.strip, question.program.splitlines()))) <= MOST_LINES
    compile(question.program, question.heading, "exec")


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_an_answer_leads_on(question):
    assert "\nSee " in question.text
    assert re.search(r"\]\(\.\./guide/\w+\.md\)", question.text)
    assert re.search(r"\{\w+\}`|\]\(\.\./gallery/\w+\.rst\)", question.text)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("question", list(filter(runs_here, QUESTIONS)), ids=named)
def test_a_program_runs_by_itself(question, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = compile(question.program, question.heading, "exec")
    exec(code, {"__name__": "__main__"})
    if question.output is not None:
        assert capsys.readouterr().out == question.output


def test_the_index_has_all_questions():
    text = INDEX.read_text(encoding="utf-8")
    links = re.findall(r"^- \[(.+)\]\((.+)\)$", text, re.MULTILINE)
    assert sorted(links) == sorted((q.heading, q.link) for q in QUESTIONS)


def test_the_index_has_all_pages():
    (tree,) = (
        match["source"]
        for match in re.finditer(
            r"^```\{toctree\}\n(?P<source>.*?)^```$", INDEX.read_text(), re.M | re.S
        )
    )
    pages = {f"{name}.md" for name in tree.split() if not name.startswith(":")}
    assert pages == {page.name for page in FOLDER.glob("*.md")} - {INDEX.name}
