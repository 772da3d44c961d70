"""Which user names may be taken: none that can be mistaken for another one, an address, or a deleted account."""

from django.core.validators import MaxLengthValidator, RegexValidator

LONGEST = 40
TOMBSTONE = "deleted-"
"""What the name of a deleted account begins with."""

VALIDATORS = [
    RegexValidator(
        r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z",
        "Use letters a to z, digits, and . _ - between them: no two names should look alike.",
    ),
    RegexValidator(
        rf"^{TOMBSTONE}", "Names that begin so are those of deleted accounts; choose another.", inverse_match=True
    ),
    MaxLengthValidator(LONGEST),
]
