"""Words that stance knows: closed classes, nouns that name sources, cues of saying and of stance.

General English only: no name and no word of one topic stands here. Every set holds lower-case
words without diacritics (see `fold`).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

__all__ = [
    "CUES",
    "FIRST_PERSON",
    "NOUNS",
    "PRONOUNS",
    "STANCE_CUES",
    "STOPS",
    "TITLES",
    "cue_of",
    "fold",
    "noun_of",
]

_LETTERS = str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "ı": "i", "’": "'"})  # fmt: skip


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Lower case without diacritics, apostrophes straight: `Vučić’s` becomes `vucic's`."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFD", word.translate(_LETTERS))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PRONOUNS: Final = {
    "he": "he", "she": "she", "they": "they", "it": "it", "his": "he", "her": "she", "their": "they",
    "its": "it", "him": "he", "them": "they", "himself": "he", "herself": "she", "itself": "it", "who": "who",
    "which": "which", "both": "they", "neither": "they",
}  # fmt: skip
"""Pronouns that can stand for a source, and the one whose antecedents they share."""

FIRST_PERSON: Final = _words("i we me us my our mine ours myself ourselves")

STOPS: Final = _words(
    """a an the this that these those some any no every each all both either neither many several few much more most
    of in on at by for from to with without about against between among into through during before after above below
    under over since until while as than like near off out up down upon within along across behind beyond despite
    and or but nor so yet if unless because although though whereas whether when where why how what which who whom whose
    is are was were be been being am has have had having do does did done will would shall should can could may might
    must not n't 's 'd 'll 're 've i we you he she it they him her them his its their our your my me us himself herself
    itself themselves there here then now also again still only just even already ever never always often very too
    however meanwhile moreover yesterday today tomorrow
    monday tuesday wednesday thursday friday saturday sunday"""
)
"""Words that no noun phrase of a source goes over."""

TITLES: Final = _words(
    """mr mrs ms miss dr prof sir lord lady dame president minister premier chancellor king queen prince senator general
    gen colonel col major maj captain capt lieutenant lt admiral adm marshal ambassador secretary professor chairman
    chairwoman director judge bishop patriarch mayor governor congressman congresswoman representative commissioner
    spokesman spokeswoman spokesperson deputy vice prime"""
)

NOUNS: Final[dict[str, frozenset[str]]] = {
    "leader": _words(
        "president leader premier strongman statesman chancellor marshal chief prime head ruler presidency monarch king"
    ),
    "service": _words(
        """service services agency intelligence directorate bureau spies spooks spymaster spymasters communique bulletin
        announcement statement dispatch counterintelligence secretariat committee"""
    ),
    "document": _words(
        """document documents file files chart charts table tables paper papers memo memorandum slide slides cable cables
        leak leaks dossier assessment annex footnote spreadsheet page pages briefing entry entries map summary digest
        column columns row rows note notes report reports list text sheet slideshow printout"""
    ),
    "analyst": _words(
        """analyst analysts expert experts professor professors academic academics scholar scholars researcher researchers
        fellow fellows observer observers economist economists historian historians commentator commentators specialist
        specialists scientist scientists think-tank thinktank lecturer consultant strategist institute university
        centre center foundation college academy forum observatory institution political-scientist teaches studies
        watcher watchers veteran"""
    ),
    "person": _words(
        """official officials minister ministers spokesman spokeswoman spokesperson spokespersons diplomat diplomats
        ambassador ambassadors envoy envoys secretary deputy lawmaker lawmakers mp mps senator senators politician
        politicians critic critics opponent opponents activist activists campaigner campaigners lawyer lawyers prosecutor
        prosecutors judge judges police officer officers soldier soldiers commander commanders general colonel captain
        worker workers director directors manager managers chairman chairwoman executive executives owner owners
        journalist journalists reporter reporters editor editors correspondent correspondents witness witnesses resident
        residents source sources insider insiders aide aides adviser advisers advisor advisors negotiator negotiators
        representative representatives authorities customs people man woman men women supporters voters investigators
        inspector inspectors auditor auditors trader dealer broker pilot captain driver brother sister son daughter wife
        widow mother father farmer farmers fisherman fishermen teacher villager villagers protester protesters allies
        ally rival rivals colleague colleagues author authors compiler compilers annotator commissioner commissioners
        governor mayor premier ombudsman defector smuggler smugglers steward mechanic engineer engineers foreman narrator caller speaker
        whistleblower whistleblowers contractor mediator clerk guard"""
    ),
    "body": _words(
        """ministry ministries government governments office offices embassy embassies parliament council court army military
        navy command staff headquarters party opposition company companies firm firms factory factories plant works
        manufacturer manufacturers maker makers producer producers exporter exporters supplier corporation group
        union association organisation organization organisations organizations ngo watchdog bank airline carrier
        department administration cabinet presidency alliance bloc commission delegation board bureau authority
        regulator newspaper newspapers daily weekly magazine paper outlet outlets broadcaster station channel television
        radio website portal media press tabloid agency editorial survey poll study inquiry investigation industry
        church team side capital country countries state states nation neighbours management exchequer treasury
        palace foundry arsenal shipyard brigade regiment club federation league"""
    ),
    "record": _words(
        """paragraph paragraphs line lines sentence sentences key asterisk invoice invoices record records log logs ledger
        ledgers data footage video videos photograph photographs photo photos image images email emails letter letters
        version versions waybill waybills manifest manifests certificate certificates contract contracts figures statistics
        tracker imagery notice notices speech interview answer headline article script recording transcript narrator caller
        entry book diary receipt receipts papers leaflet poster question source remainder rest third second one ones"""
    ),
    "saying": _words(
        """accusation accusations claim claims allegation allegations denial denials statement statements report reports
        warning warnings assertion assertions charge charges remark remarks words comment comments reply response answer
        admission view opinion assessment estimate estimates figure figures account assurance assurances pledge promise
        complaint complaints criticism demand version position speech interview letter testimony findings conclusion
        insistence refusal silence message"""
    ),
}
"""Nouns that name sources, by kind. A noun may be in several: its kind is decided by context."""

_NOUN_OF = {
    word: tuple(kind for kind, words in NOUNS.items() if word in words)
    for kind in NOUNS
    for word in NOUNS[kind]
}


def noun_of(word: str) -> tuple[str, ...]:
    """The kinds of source that a folded noun can name; empty for any other word."""
    return _NOUN_OF.get(word, ())


def _inflect(stems: str) -> frozenset[str]:
    """Present, past and progressive of regular verbs; irregular forms are written out, joined by `/`."""
    forms: set[str] = set()
    for stem in stems.split():
        if "/" in stem:
            forms.update(stem.split("/"))
            continue
        forms.add(stem)
        if stem.endswith("e"):
            forms.update({stem + "s", stem + "d", stem[:-1] + "ing"})
        elif stem.endswith("y") and stem[-2] not in "aeiou":
            forms.update({stem[:-1] + "ies", stem[:-1] + "ied", stem + "ing"})
        elif stem.endswith(("s", "sh", "ch", "x")):
            forms.update({stem + "es", stem + "ed", stem + "ing"})
        else:
            forms.update({stem + "s", stem + "ed", stem + "ing"})
    return frozenset(forms)


CUES: Final[dict[str, frozenset[str]]] = {
    "say": _inflect(
        """say/says/said/saying tell/tells/told/telling add state write/writes/wrote/written/writing announce report note
        explain remark comment reply answer continue declare speak/speaks/spoke/speaking mention recall repeat observe
        respond quote quip joke mutter begin/begins/began conclude stress emphasise emphasize underline underscore
        reiterate remind post tweet brief inform talk nod recount relate elaborate interject sum"""
    ),
    "claim": _inflect(
        """claim allege assert accuse charge maintain insist contend argue suggest warn complain protest blame denounce
        decry condemn criticise criticize label brand describe call name point vow swear/swears/swore"""
    ),
    "show": _inflect(
        """show/shows/showed/shown/showing list detail reveal expose indicate outline put/puts/putting give/gives/gave/given
        rank divide sort mark record estimate assess count set/sets/setting contain classify document examine trace cite
        identify rate reckon calculate catalogue enumerate group place read/reads tally find/finds/found"""
    ),
    "admit": _inflect(
        """admit/admits/admitted/admitting acknowledge concede confess grant confirm allow recognise recognize own accept
        agree/agrees/agreed/agreeing disclose pledge commit/commits/committed/committing promise"""
    ),
    "deny": _inflect(
        """deny reject refute dismiss dispute rebut/rebuts/rebutted contradict rubbish ridicule rebuff repudiate disavow
        contest counter challenge disown"""
    ),
    "think": _inflect(
        """believe think/thinks/thought/thinking know/knows/knew/known doubt suspect expect see/sees/saw/seen consider hope
        fear feel/feels/felt want wonder assume presume predict foresee/foresees/foresaw guess understand/understands/understood
        regard view aware"""
    ),
    "ask": _inflect(
        "ask demand urge request call/calls/called/calling question inquire enquire query appeal"
    ),
    "refuse": _inflect("refuse decline avoid evade sidestep dodge ignore shrug/shrugs/shrugged"),
    "act": _inflect(
        """thank praise welcome greet congratulate accompany meet/meets/met sign visit attend promise offer support back
        oppose order instruct address express voice propose recommend advise approve regret apologise threaten plan vote
        defend hint imply signal caution assure deplore lament mock attack react"""
    ),
    "according": _words("according per citing quoting"),
}
"""Words of saying and of holding a view, by what they do."""

_CUE_OF = {word: kind for kind in reversed(CUES) for word in CUES[kind]}


def cue_of(word: str) -> str | None:
    """What a folded word does as a cue of attribution, else None."""
    return _CUE_OF.get(word)


STANCE_CUES: Final[dict[str, frozenset[str]]] = {
    "negation": _words(
        "not no never n't none nothing nobody neither nor without cannot nowhere nil zero not-a"
    ),
    "modal": _words(
        "may might could would should can possibly perhaps maybe probably likely potentially apparently"
    ),
    "condition": _words("if unless whether provided assuming supposing"),
    "doubt": _words(
        """unclear unverified unconfirmed unproven uncertain unknown inconclusive possible possibility doubt doubts open
        question questions plausible speculation speculate rule guess exclude excluded incomplete ambiguous tentative
        partial partly some part caution guarantee guaranteed prove proof verify verified authenticate independently
        check examine investigate look clarify clarification explain explanation probe working"""
    ),
    "reject": _words(
        """lie lies false falsehood falsehoods untrue fabrication fabricated nonsense invention invented baseless groundless
        unfounded absurd fake fairy-tale fiction slander smear hoax forgery forged fantasy fantasies rubbish wrong incorrect
        propaganda disinformation denial denials malicious ridiculous fairy tale bogus insinuation insinuations myth"""
    ),
    "halt": _words(
        """stop stopped stops halt halted suspend suspended suspends suspension ban banned freeze frozen froze cease ceased
        ended end moratorium cancelled canceled revoked withdrawn blocked expired depot depots embargo longer anymore"""
    ),
    "excuse": _words(
        """responsibility responsible control job business track trace legal legally lawful licensed permit licence license
        licences licenses intermediary intermediaries third-party resale re-export buyer buyers customer customers hands"""
    ),
    "silence": _words(
        """comment comments respond responded response reply replied answer answered declined silent silence unanswered
        unavailable reached request requests"""
    ),
    "assert": _words(
        """proof evidence shows showed sent shipped delivered supplied sold reached supplying delivering shipping arming
        selling sells pledged committed agreed capability will willing fact true indeed admits admitted acknowledged
        knew know aware contract contracts invoice invoices exported exports transferred provided provide"""
    ),
}
"""Words that bear on the stance, by what they do; general English of accusation and denial."""
