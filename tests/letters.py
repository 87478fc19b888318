"""Texts that are easily compared wrongly. Whatever compares texts is tried with all of them.

In SAME both texts are one to whoever looks for them, in DIFFERENT they are two (docs/decisions/0011-fold.md).
"""

SAME = {
    "capitals": ("ADA", "ada"),
    "accents": ("Émile Žižka", "emile zizka"),
    "small with accents": ("ÉLÈVES", "élèves"),
    "decomposed": ("Zoe\u0308 Nu\u0301n\u0303ez", "Zoë Núñez"),
    "two accents": ("Nguyễn", "nguyen"),
    "stroke": ("Łódź Øre Đorđe", "lodz ore dorde"),
    "Greek capitals": ("ΣΥΛΛΟΓΟΣ", "συλλογος"),
    "Greek accents": ("Σύλλογος", "ΣΥΛΛΟΓΟΣ"),
    "Turkish capital": ("İbrahim", "ibrahim"),
    "Turkish small letter": ("IŞIK", "ışık"),
    "sharp s": ("STRASSE", "straße"),
    "capital sharp s": ("STRAẞE", "strasse"),
    "ligature": ("Griﬃn Œuvre", "griffin oeuvre"),
    "Cyrillic": ("ПЁТР", "пётр"),
    "Georgian": ("ᲗᲑᲘᲚᲘᲡᲘ", "თბილისი"),
    "full width": ("ＡＤＡ", "ada"),
    "half width": ("ｶﾞﾗｽ", "ガラス"),
    "decomposed kana": ("カ\u3099ラス", "ガラス"),
    "decomposed Hangul": ("\u1112\u1161\u11ab\u1100\u1173\u11af말", "한글말"),
    "wide blank": ("山田\u3000太郎", "山田 太郎"),
    "no-break space": ("van\u00a0Gogh", "van Gogh"),
    "em space": ("van\u2003Gogh", "van Gogh"),
    "several blanks": ("van \u2009\u3000 Gogh", "van Gogh"),
    "zero width": ("Ada\u200b\ufeff", "ada"),
    "soft hyphen": ("Love\u00adlace", "lovelace"),
    "Kelvin": ("\u212aelvin", "kelvin"),
    "Hebrew points": ("שָׁלוֹם", "שלום"),
    "Arabic points": ("مُحَمَّد", "محمد"),
    "Deseret": ("\U00010400\U00010401\U00010402", "\U00010428\U00010429\U0001042a"),
}
DIFFERENT = {
    "signs": ("C++ devs", "C# devs"),
    "kana marks": ("バス停", "パス停"),
    "Hindi vowels": ("किसान", "कुसान"),
    "a blank": ("Ada Lovelace", "AdaLovelace"),
    "superscript": ("10 m²", "10 m2"),
    "emoji": ("VIP 🔥", "VIP ⭐"),
    "digits": ("Room 1", "Room 2"),
}
