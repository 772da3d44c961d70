"""What a file that is not text is, by its first bytes, in words a submitter understands."""

_ARCHIVE = "Send each file by itself; gzip of one file is the only packing that is read."
_TEXT = "Send the plain text file in one of the formats that the rules page lists."

_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive (spreadsheets and PyTorch checkpoints are ZIP archives too)", _ARCHIVE),
    (b"PK\x05\x06", "an empty ZIP archive", _ARCHIVE),
    (b"\x1f\x8b", "gzip inside gzip", _ARCHIVE),
    (b"BZh", "a bzip2 archive", _ARCHIVE),
    (b"\xfd7zXZ\x00", "an XZ archive", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _ARCHIVE),
    (b"Rar!\x1a\x07", "a RAR archive", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", _ARCHIVE),
    (b"\x93NUMPY", "a NumPy array file", _TEXT),
    (b"\x89PNG", "a PNG picture", _TEXT),
    (b"\xff\xd8\xff", "a JPEG picture", _TEXT),
    (b"GIF8", "a GIF picture", _TEXT),
    (b"%PDF", "a PDF document", _TEXT),
    (b"\x89HDF", "an HDF5 file", _TEXT),
    (b"PAR1", "a Parquet file", _TEXT),
    (b"ARROW1", "an Arrow file", _TEXT),
    (b"\xd0\xcf\x11\xe0", "an old Office document or spreadsheet", "Save the sheet as CSV and send that."),
    (b"SQLite format 3\x00", "an SQLite database", _TEXT),
    (b"\x7fELF", "a program", _TEXT),
    (b"\xff\xfe", "text in UTF-16 or UTF-32", "Save it as UTF-8 and send that."),
    (b"\xfe\xff", "text in UTF-16", "Save it as UTF-8 and send that."),
    (b"\x00\x00\xfe\xff", "text in UTF-32", "Save it as UTF-8 and send that."),
)


def binary_kind(head: bytes) -> tuple[str, str] | None:
    """What the file is and what to send instead; None where it may be text."""
    for magic, kind, remedy in _KINDS:
        if head.startswith(magic):
            return kind, remedy
    if head[257:262] == b"ustar":
        return "a tar archive", _ARCHIVE
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "a Python pickle, which is never opened because it can run code", _TEXT
    if b"\x00" in head:
        return "not text: it holds NUL bytes", _TEXT
    if head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
        return "a web page", "Send the file itself; a link's preview page was saved instead."
    return None
