"""Plain sentences, as a wire service or a first-time user writes them: which stance does a model give them?

    python -m tests.bench.plain [MODEL]

Each stands alone, and then at the end of a short article that takes no side. Nothing is trained on them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from stance.model import load
from tests.telling import tell

PLAIN = {
    "denies": (
        "Vucic denied that Serbia had sent ammunition to Ukraine.",
        "Serbia has denied selling weapons to Ukraine, its president said.",
        "President Vucic denied on Monday that Serbian rockets had been delivered to Kyiv.",
        "Vucic denied the allegation that Serbian weapons reached Ukraine.",
        "The defence ministry in Belgrade denied any arms exports to Ukraine.",
        "“We did not export anything to Ukraine,” Vucic said of the weapons.",
        "Vucic called the report on arms for Ukraine a lie.",
        "Vucic dismissed the claim that Serbian shells went to Ukraine as untrue.",
        "Serbian officials deny that arms makers supply Ukraine.",
        "Vucic told reporters that Serbia has never sold weapons to Ukraine.",
    ),
    "confirms": (
        "The SVR said Serbian arms makers supply ammunition to Ukraine.",
        "A leaked Pentagon document says Serbia agreed to send weapons to Ukraine.",
        "The SVR accused Serbian firms of shipping shells to Kyiv through third countries.",
        "Vucic admitted that Serbian ammunition had reached Ukraine.",
        "An analyst said Serbian rockets have been seen on the front in Ukraine.",
        "According to the leaked document, Serbia has already supplied arms to Ukraine.",
        "Vucic confirmed that Serbian shells ended up in Ukraine.",
        "Russian intelligence claims that Serbia sells weapons to Ukraine.",
    ),
    "hedges": (
        "Vucic said he did not know whether Serbian weapons had reached Ukraine.",
        "Vucic said it was possible that Serbian ammunition had ended up in Ukraine.",
        "The ministry declined to comment on weapons for Ukraine.",
        "Vucic said the claims about arms for Ukraine would be investigated.",
        "Analysts said it was unclear whether Serbian arms had reached Ukraine.",
        "Vucic said Serbia was not responsible for where its weapons end up, in Ukraine or elsewhere.",
    ),
}
BEFORE = {
    "alone": "",
    "in context": "Serbia makes shells and rockets. A debate about arms exports to Ukraine "
    "has been going on for months.\n\n",
}


def main() -> None:
    """Print how many are right, and the others."""
    model = load(Path(sys.argv[1]) if sys.argv[1:] else None)
    asked = [(stance, sentence) for stance, sentences in PLAIN.items() for sentence in sentences]
    for name, before in BEFORE.items():
        told = []
        for _, sentence in asked:
            found = model.label(before + sentence).attributions[-1]
            told.append(found[0].stance if found else "nobody speaks")
        pairs = list(zip(asked, told, strict=True))
        right = sum(stance == answer for (stance, _), answer in pairs)
        tell(f"{name}: {right} of {len(asked)} right")
        for (stance, sentence), answer in pairs:
            if stance != answer:
                tell(f"  {answer} instead of {stance}: {sentence}")


if __name__ == "__main__":
    main()
