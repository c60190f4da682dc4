"""Topics are data: what a file may say, and every fault at once."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

import pytest

from stance.errors import TopicError
from stance.labels import ROLES
from stance.topic import BUILT_IN, KnownSource, Speaker, load_topic, parse_topic

HEAD = 'schema = 1\nname = "grain"\nallegation = "Grain was sold."\n'


def test_a_whole_topic_is_read() -> None:
    topic = parse_topic(
        HEAD
        + """
terms = ["grain", "food aid"]
[parties]
seller = ["Ruritania", "Ruritanian"]
accuser = ["Syldavia"]
[[speakers]]
label = "bureau"
role = "service"
name = "Bureau"
aliases = ["SIB"]
descriptions = ["Syldavian bureau"]
metonyms = ["Syldavia"]
[[speakers]]
label = "president"
role = "leader"
[[sources]]
name = "Glas"
aliases = ["The Glas"]
[[sources]]
name = "Trade Board"
"""
    )
    assert topic.terms == ("grain", "food aid")
    assert topic.parties == {"seller": ("Ruritania", "Ruritanian"), "receiver": (), "accuser": ("Syldavia",)}
    assert topic.speakers == (
        Speaker("bureau", "service", "Bureau", ("SIB",), ("Syldavian bureau",), ("Syldavia",)),
        Speaker("president", "leader"),
    )
    assert topic.sources == (KnownSource("Glas", ("The Glas",)), KnownSource("Trade Board"))
    assert topic.labels == ("president", "bureau", "none")
    assert topic.sha256 == hashlib.sha256(topic.text.encode()).hexdigest()
    assert not topic.is_open


SPEAKERS = """
[[speakers]]
label = "ministry"
role = "other"
[[speakers]]
label = "president"
role = "leader"
[[speakers]]
label = "premier"
role = "leader"
"""


@pytest.mark.parametrize(
    ("role", "label"),
    [
        ("leader", "president"),  # the first of several
        ("other", "ministry"),
        ("service", "ministry"),  # a role without a speaker of its own
        ("none", "none"),
    ],
)
def test_the_label_of_a_role(role: str, label: str) -> None:
    assert parse_topic(HEAD + SPEAKERS).label_of(role) == label


def test_without_any_speaker_each_role_is_other() -> None:
    topic = parse_topic(HEAD)
    assert [topic.label_of(role) for role in ROLES] == ["other"] * 5 + ["none"]
    assert topic.labels == ("none",)


@pytest.mark.parametrize(
    ("label", "role"),
    [("president", "leader"), ("premier", "leader"), ("ministry", "other"), ("none", "none")],
)
def test_the_role_of_a_label(label: str, role: str) -> None:
    assert parse_topic(HEAD + SPEAKERS).role_of(label) == role


def test_an_unknown_role_or_label_is_refused() -> None:
    topic = parse_topic(HEAD + SPEAKERS)
    with pytest.raises(KeyError, match="chief"):
        topic.label_of("chief")
    with pytest.raises(KeyError, match="vucic"):
        topic.role_of("vucic")


def test_without_an_allegation_the_topic_is_open() -> None:
    assert parse_topic(HEAD.replace("Grain was sold.", "  ")).is_open


SPEAKER = '[[speakers]]\nlabel = "x"\nrole = "leader"\n'
FAULTS = {
    "no TOML": ("schema = ", ["not valid TOML"]),
    "a number of 5,000 digits": (f"schema = {'9' * 5000}", ["not valid TOML: Exceeds the limit"]),
    "a number too long to be told": (f"schema = 0x{'f' * 5000}", ["not valid TOML: Exceeds the limit"]),
    "deep nesting": (f"terms = {'[' * 100_000}", ["not valid TOML: maximum recursion depth exceeded"]),
    "nothing": ("", ["the file has no 'schema'", "the file has no 'name'", "the file has no 'allegation'"]),
    "a later schema": (HEAD.replace("1", "2"), ["schema is 2, expected 1"]),
    "a schema that is none": (HEAD.replace("1", "true"), ["the file: schema is True, expected int"]),
    "an unknown key": (HEAD + "term = []", ["the file has an unknown key 'term' (did you mean 'terms'?)"]),
    "a key like no other": (HEAD + "zzz = 1", ["the file has an unknown key 'zzz'"]),
    "words for a list": (HEAD + 'terms = "grain"', ["the file: terms is 'grain', expected list"]),
    "a number in a list": (HEAD + "terms = ['a', 3]", ["the file: terms has 3, expected words"]),
    "a blank in a list": (HEAD + "terms = ['a', ' ']", ["the file: terms has ' ', expected words"]),
    "an unknown party": (
        HEAD + "[parties]\nsellers = []",
        ["[parties] has an unknown key 'sellers' (did you mean 'seller'?)"],
    ),
    "a party that is no list": (HEAD + "[parties]\nseller = 1", ["[parties]: seller is 1, expected list"]),
    "parties that are none": (HEAD + "parties = []", ["the file: parties is [], expected dict"]),
    "speakers that are none": (HEAD + "speakers = 3", ["the file: speakers is 3, expected list"]),
    "a speaker that is none": (HEAD + "speakers = [3]", ["[[speakers]] number 1 is 3, expected a table"]),
    "a speaker without all": (
        HEAD + "[[speakers]]",
        ["[[speakers]] number 1 has no 'label'", "[[speakers]] number 1 has no 'role'"],
    ),
    "an unknown role": (
        HEAD + SPEAKER + SPEAKER.replace("leader", "leeder"),
        [
            "[[speakers]] number 2: role is 'leeder', expected one of leader, service, document, analyst,"
            " other (did you mean 'leader'?)"
        ],
    ),
    "a role that is no word": (
        HEAD + "[[speakers]]\nlabel = 'x'\nrole = ['leader']",
        ["[[speakers]] number 1: role is ['leader'], expected str", "role is ['leader'], expected one of"],
    ),
    "a reserved label": (
        HEAD + SPEAKER.replace('"x"', '"none"') + SPEAKER.replace('"x"', '"furniture"'),
        [
            "[[speakers]] number 1: label is 'none', which is reserved; choose another",
            "[[speakers]] number 2: label is 'furniture', which is reserved; choose another",
        ],
    ),
    "a blank label": (HEAD + SPEAKER.replace('"x"', '" "'), ["number 1: label is ' ', which is reserved"]),
    "a label of two roles": (
        HEAD + SPEAKER + SPEAKER + SPEAKER.replace("leader", "service"),
        [
            "[[speakers]] number 3: label 'x' is of the role 'service' here and of 'leader' before, expected "
            "one role; choose another label"
        ],
    ),
    "a source without a name": (HEAD + "[[sources]]\naliases = []", ["[[sources]] number 1 has no 'name'"]),
    "a source with a role": (
        HEAD + "[[sources]]\nname = 'x'\nrole = 'other'",
        ["[[sources]] number 1 has an unknown key 'role'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named(text: str, expected: list[str]) -> None:
    with pytest.raises(TopicError) as caught:
        parse_topic(text, "my.toml")
    lines = str(caught.value).splitlines()
    assert len(lines) == len(expected)
    for line, part in zip(lines, expected, strict=True):
        assert line.startswith("my.toml: ")
        assert part in line


def test_all_faults_are_named_at_once() -> None:
    top, rest = 'schema = 3\nnam = "x"\nallegation = 4\n', '[[speakers]]\nrole = "boss"\n[[sources]]\n'
    with pytest.raises(TopicError) as caught:
        parse_topic(f"{top}[parties]\nbuyer = []\n{rest}")
    lines = str(caught.value).splitlines()
    assert len(lines) == 8
    for part in (
        "schema is 3",
        "the file has no 'name'",
        "'nam'",
        "allegation is 4",
        "'buyer'",
        "no 'label'",
        "'boss'",
    ):
        assert sum(part in line for line in lines) == 1, part
    assert lines[-1] == "topic: [[sources]] number 1 has no 'name'"


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_topic_loads(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # it needs no file
    topic = load_topic(name)
    assert topic.name == name
    assert topic.label_of("other") == "other"


def test_the_built_in_topics_are_those_of_the_contract() -> None:
    arms, opened = load_topic("serbia-arms"), load_topic("open")
    assert arms.labels == ("vucic", "svr", "pentagon_document", "analyst", "other", "none")
    roles = ("leader", "service", "document", "analyst", "other")
    assert tuple(arms.role_of(label) for label in arms.labels[:-1]) == roles
    assert all(arms.parties.values())
    assert not arms.is_open
    assert opened.is_open
    assert opened.labels == ("other", "none")
    assert opened.label_of("leader") == "other"


def test_the_template_for_a_new_topic_is_one() -> None:
    text = resources.files("stance").joinpath("templates", "topic.toml").read_text("utf-8")
    topic = parse_topic(text)
    assert topic.speakers
    assert topic.sources


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_is_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "grain.toml"
    path.write_text(HEAD.replace("grain", "žito"), encoding)
    assert load_topic(path) == load_topic(str(path)) == parse_topic(HEAD.replace("grain", "žito"))


def test_a_fault_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "grain.toml"
    path.write_text("schema = 1", "utf-8")
    with pytest.raises(TopicError) as caught:
        load_topic(path)
    assert all(line.startswith(f"{path}: the file has no") for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "No such file or directory"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: path.write_bytes(b'name = "\xe9"'), "not UTF-8"),
    ],
    ids=["missing", "a folder", "Latin-1"],
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, make, reason: str) -> None:
    path = tmp_path / "serbia_arms.toml"
    make(path)
    with pytest.raises(TopicError) as caught:
        load_topic(path)
    assert str(caught.value) == (
        f"{path}: cannot read the topic ({reason}); expected a TOML file or one of open, serbia-arms"
    )
