"""A sentence on each measure that an evaluation prints."""

from __future__ import annotations

import textwrap

# In the order of the printed record, whose names these are.
EXPLANATIONS: dict[str, str] = {
    "cases": "The number of rows (the sum of weights), and how many of them have outcome 1.",
    "log-loss": (
        "The mean of -log of the probability that was given to what happened: 0 is perfect, lower is better, and "
        "one wrong probability of 0 or 1 makes it infinite."
    ),
    "Brier score": "The mean of (probability - outcome)², from 0 to 1: lower is better.",
    "  = MCB - DSC + UNC": (
        "The Brier score in three parts: miscalibration (what wrong probabilities cost), minus discrimination "
        "(what the scores are worth), plus uncertainty (the score of the base rate for every case)."
    ),
    "miscalibration (MCB)": (
        "By how much the best increasing map of the scores would lower the Brier score. Chance alone gives the "
        "null; p is the share of samples with right probabilities that reach this value."
    ),
    "ROC-AUC": (
        "The share of pairs of a case with outcome 1 and one with outcome 0 in which the first has the higher "
        "score: 0.5 is chance, 1 is perfect. It says nothing about the probabilities."
    ),
    "average precision": (
        "The mean, over cases with outcome 1, of the share of outcome 1 among all that score as high; the base "
        "rate is chance."
    ),
    "mean p - rate": (
        "The mean probability minus the share of outcome 1: above 0, the probabilities are too high on average."
    ),
    "ECE": (
        "Expected calibration error: in 15 bins of equal width, the mean distance between mean probability and "
        "share of outcome 1. It is above 0 by chance alone, by about the null."
    ),
    "ACE": "Adaptive calibration error: the same in 15 groups with equally many cases.",
    "smooth ECE": (
        "The calibration error without bins: outcomes are smoothed over the probability, as widely as the error "
        "is large."
    ),
    "E50, E90, Emax": (
        "The distance between the smoothed share of outcome 1 and the probability that half of the cases, 90 % of "
        "them, and all do not exceed."
    ),
    "calibration intercept": (
        "What has to be added to the log-odds so that the mean probability is right: 0 is right, above 0 the "
        "probabilities are too low."
    ),
    "calibration slope": (
        "What the log-odds have to be multiplied by: 1 is right, below 1 the probabilities are too sure (too near "
        "0 and 1), above 1 too shy."
    ),
    "slope 1, intercept 0": (
        "The likelihood ratio test of both at once (Cox): a small p speaks against the probabilities."
    ),
    "Spiegelhalter": "A test that weighs errors near 0 and 1 most; a small p speaks against the probabilities.",
    "Hosmer-Lemeshow": (
        "A test of expected against observed numbers in ten groups; a small p speaks against the probabilities."
    ),
    "as": (
        "What is left if the probabilities are stored in this type of number: exact zeros and ones, how many stay "
        "different, and what that costs of ROC-AUC."
    ),
    "group": "The same measures for the rows of this group.",
    "CAUTION": "Why the numbers may not mean what they seem to.",
}


# Those of several classes.
CLASS_EXPLANATIONS: dict[str, str] = {
    "cases": "The number of rows (the sum of weights).",
    "log-loss": (
        "The mean of -log of the probability that was given to the class of the row: 0 is perfect, lower is better; "
        "base rates give every row the shares of the classes."
    ),
    "Brier score": "The mean of the summed squares of (probability - outcome) over all classes, from 0 to 2.",
    "accuracy": "The share of rows whose class has the highest probability.",
    "mean top probability": "The mean of the highest probability of each row: if right, it is the accuracy.",
    "ROC-AUC, mean": "The mean over classes of the ROC-AUC of each class against all others: 0.5 is chance, 1 perfect.",
    "top-label ECE": (
        "Expected calibration error of the highest probability of each row: in 15 bins, the mean distance between it "
        "and the share of rows where it is right. It is above 0 by chance alone, by about the null."
    ),
    "class-wise ECE": "The mean over classes of the calibration error of each class against all others.",
    "group": EXPLANATIONS["group"],
    "CAUTION": EXPLANATIONS["CAUTION"],
}


def measures_as_lines(rows: list[tuple[str, str]], explanations: dict[str, str], explained: bool) -> list[str]:
    """Return measures, names and texts, as lines; if wanted, each with its sentence."""
    found = []
    for name, text in rows:
        found.append(f"{name:<23} {text}")
        if explained:
            sentence = explanation(name, explanations)
            found.extend(textwrap.wrap(sentence, 100, initial_indent="    ", subsequent_indent="    "))
    return found


def explanation(name: str, explanations: dict[str, str] = EXPLANATIONS) -> str:
    """Return the sentence on a line of the printed record; that of its first word, for names that data complete.

    Examples
    --------
    >>> explanation("as float16")[:30]
    'What is left if the probabilit'
    """
    return explanations[name] if name in explanations else explanations[name.split(" ")[0]]
