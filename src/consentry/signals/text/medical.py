"""Medical details of somebody else. English only: whose illness it is hangs on the sentence."""

from __future__ import annotations

from typing import Final

from consentry.signals.text.passages import IS, Pattern
from consentry.signals.text.words import either, gap

_CONDITION: Final = either(
    r"hiv(?: positive)?", r"aids", r"hepatitis(?: [a-e])?", r"herpes", r"syphilis", r"chlamydia", r"gonorrh?oea",
    r"hpv",
    r"std", r"sti", r"cancer", r"leuka?emia", r"lymphoma", r"tumou?r", r"chemo(?:therapy)?", r"diabet(?:es|ic)",
    r"epilep(?:sy|tic)",
    r"depression", r"bipolar(?: disorder)?", r"schizophreni[ac]", r"psychosis", r"anorexi[ac]", r"bulimi[ac]", r"ptsd",
    r"borderline personality(?: disorder)?", r"dementia", r"alzheimer[’'`]?s?", r"parkinson[’'`]?s?",
    r"multiple sclerosis",
    r"tuberculosis", r"covid(?:-?19)?", r"abortion", r"miscarriage", r"overdose[ds]?", r"suicide attempt",
    r"rehab", r"infertil(?:e|ity)",
    r"erectile dysfunction", r"autis(?:m|tic)", r"adhd", r"ocd", r"lupus", r"crohn[’'`]?s",
    r"heart (?:disease|failure|attack)",
    r"stroke", r"kidney failure", r"dialysis", r"cirrhosis", r"alcoholism", r"opioid addiction", r"drug addiction",
    r"vasectomy",
)  # fmt: skip
_MEDICINE: Final = either(
    r"prozac", r"zoloft", r"lithium", r"xanax", r"valium", r"methadone", r"suboxone", r"truvada",
    r"antiretrovirals?", r"insulin",
    r"antidepressants?", r"antipsychotics?", r"ritalin", r"adderall", r"viagra", r"ozempic", r"seroquel",
    r"risperidone",
)  # fmt: skip
_OTHER: Final = either(
    r"she", r"he", r"they",
    r"(?:his|her|their|this|that|the) (?:wife|husband|son|daughter|kid|mother|father|mom|mum|dad|boss|girl"
    r"|guy|man|woman|teacher|neighbou?r|doctor|nurse|patient|ex|girlfriend|boyfriend|sister|brother)",
    r"my (?:ex|neighbou?r|boss|teacher|coworker|colleague|landlord|ex-?wife|ex-?husband)", r"@\w++", r"patient",
)  # fmt: skip
_STATE: Final = either(
    r"has", r"have", r"had", r"has got", r"[’'`]s got", r"got", r"is", r"[’'`]s", r"was", r"is being treated for",
    r"(?:was|is|been) diagnosed with",
    r"suffers? from", r"tested positive for", r"(?:was|is|been) treated for", r"living with", r"went to",
    r"was in", r"is in", r"died of",
)  # fmt: skip

# Where the probabilities come from: docs/text.md.
PATTERNS: Final = (
    Pattern(
        "medical",
        "medical/condition_of_somebody",
        0.7,
        rf"(?<!\w)(?:{_OTHER})(?:\s{{0,2}}{_STATE})" + gap(2) + rf"(?<!\w){_CONDITION}(?!\w)",
    ),
    Pattern(
        "medical",
        "medical/medicine_of_somebody",
        0.65,
        rf"(?<!\w)(?:{_OTHER})\s{{0,2}}(?:takes|is on|[’'`]s on|are on|is prescribed|was prescribed"
        rf"|[’'`]s taking|is taking)" + gap(2) + rf"(?<!\w){_MEDICINE}(?!\w)",
    ),
    Pattern(
        "medical",
        "medical/possessive",
        0.7,
        r"(?<!\w)(?:his|her|their|patient[’'`]?s?)\s(?:\w++\s)?"
        rf"(?:{_CONDITION}(?:\s(?:diagnosis|test|results?|status|treatment|medication))?(?!\w)"
        r"|(?:medical|health|hospital|psychiatric)\s(?:records?|files?|history|charts?|report)(?!\w)"
        r"|(?:diagnosis|biopsy|blood test results?|lab results?|prescriptions?|therapy notes)(?!\w))",
    ),
    Pattern(
        "medical",
        "medical/record",
        0.75,
        r"\b(?:diagnosis|icd(?:-?10)?(?:\s?code)?|mrn|medical record(?:\s?(?:number|no\.?))?"
        r"|nhs(?:\s?(?:number|no\.?))"
        r"|patient id|health card(?:\s?(?:number|no\.?))|blood type)(?!\w)"
        + IS
        + r"(?P<value>[A-Z0-9][\w.+-]{0,20}(?:\s\w{2,20}){0,3})",
        lambda value: any(character.isdigit() for character in value) or value.upper() in ("A+", "B+", "AB+", "O+"),
    ),
)
"""Somebody is said to have an illness, to take a medicine, or a record is quoted."""
