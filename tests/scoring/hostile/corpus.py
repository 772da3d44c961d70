"""Files that somebody could send to break a reader: small ones as bytes, large ones as streams."""

import gzip
import os
import pickle
import struct
import zlib

from tests.scoring.hostile.streams import Blocks, bomb, numbered, repeated

SCALE = int(os.environ.get("HULK_HOSTILE_SCALE", "10"))
MILLION = 10**6 // SCALE
"""Sizes are a tenth of what the names say unless HULK_HOSTILE_SCALE=1: the full ones take many minutes."""
HEAD = b"seconds,accuracy\n"

SMALL: dict[str, bytes] = {
    "one byte": b"\x00",
    "a newline": b"\n",
    "NUL in the middle": HEAD + b"1,9\x002\n",
    "UTF-16": "seconds,accuracy\n1,92\n".encode("utf-16"),
    "UTF-16 without a mark": "seconds,accuracy\n1,92\n".encode("utf-16-le"),
    "UTF-32": "seconds,accuracy\n1,92\n".encode("utf-32"),
    "Latin-1": "seconds,accuracy,é\n1,92,é\n".encode("latin-1"),
    "overlong UTF-8": HEAD + b"1,\xc0\xb9\xc0\xb2\n",
    "half a surrogate pair": HEAD + b"1,\xed\xa0\x80\n",
    "not a number": HEAD + b"1,NaN\n2,nan\n3,inf\n4,-Infinity\n",
    "1e309": HEAD + b"1e309,92\n2,1e309\n3,-1e309\n",
    "a number of many digits": HEAD + b"1," + b"9" * 60_000 + b"\n",
    "an exponent of many digits": HEAD + b"1,1e" + b"9" * 5_000 + b"\n",
    "digits of other scripts": HEAD + "١,٩٢\n".encode(),
    "formulas": b'seconds,accuracy\n=1+1,"=HYPERLINK(""http://example.org"")"\n@SUM(1),92\n',
    "lone carriage returns": HEAD.replace(b"\n", b"\r") + b"1,92\r2,93\r",
    "quotes that never end": b'seconds,accuracy\n"1,92\n2,93\n' * 50,
    "sixty thousand columns": b"a," * 30_000 + b"accuracy\n" + b"1," * 30_000 + b"1\n",
    "columns of one name": b"seconds,seconds,accuracy,accuracy\n1,2,91,92\n",
    "ragged rows": HEAD + b"1\n1,2,3,4\n,,,\n",
    "right-to-left": "seconds,accuracy,\u202eycarucca\n1,\u202e29,92\n".encode(),
    "zero-width and control letters": b"sec\xe2\x80\x8bonds,accu\x1b[31mracy\n1,92\n",
    "deep JSON": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "deep in a line": b'{"seconds": 1, "accuracy": ' + b"[" * 30_000 + b"]" * 30_000 + b"}\n",
    "duplicate keys": b'{"seconds": 1, "seconds": 2, "accuracy": 92, "accuracy": 10}\n' * 3,
    "JSON of every kind": b'[null, true, "x", 1e999, -0, {}]\n{}\n"x"\n1\n',
    "JSON cut off": b'{"log_history": [{"step": 1, "eval_accuracy": 0.9',
    "keys that Python knows": b'{"__class__": "os.system", "__proto__": {"a": 1}, "seconds": 1, "accuracy": 92}\n',
    "a large integer": b'{"seconds": ' + b"7" * 20_000 + b', "accuracy": 92}\n',
    "a pickle": pickle.dumps({"seconds": [1], "accuracy": [92]}, protocol=4),
    "an old pickle": b"cos\nsystem\n(S'echo broken'\ntR.",
    "a NumPy file": b"\x93NUMPY\x01\x00" + b"\0" * 200,
    "a ZIP": b"PK\x03\x04" + b"\0" * 200,
    "a tar": b"log.csv".ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 300,
    "a tar with a link": (b"link".ljust(156, b"\0") + b"2/etc/passwd").ljust(257, b"\0") + b"ustar\x0000",
    "YAML that runs": b"!!python/object/apply:os.system ['echo broken']\n",
    "XML entities": b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
    "HTML": b"<html><script>alert(1)</script></html>",
    "a shell script": b"#!/bin/sh\necho broken\n",
    "a path": b"/etc/passwd\n",
    "a link to a file": b"file:///etc/passwd\n",
    "gzip in gzip": gzip.compress(gzip.compress(HEAD + b"1,92\n")),
    "gzip cut off": gzip.compress(HEAD + b"1,92\n" * 100)[:-12],
    "gzip with a wrong sum": gzip.compress(HEAD + b"1,92\n")[:-8] + b"\0" * 8,
    "gzip of nothing": gzip.compress(b""),
    "gzip with rubbish behind": gzip.compress(HEAD + b"1,92\n") + b"rubbish",
    "two letters of gzip": b"\x1f\x8b",
    "a zlib stream": zlib.compress(HEAD),
    "an event of an absurd length": struct.pack("<Q", 2**62) + b"\0" * 40,
    "events of no length": struct.pack("<QI", 0, 0) * 100,
    "many MLLOG lines that are broken": b":::MLLOG {\n" * 1000,
    "a percent bar": b"\r".join(b"%d%%|###| loss=0.1" % share for share in range(100)),
    "noise": bytes(range(256)) * 100,
    "letters that look like others": "ѕeconds,аccuracy\n1,92\n".encode(),
    "an energy file of absurd values": b"run_id,duration,energy_consumed,emissions\nx,1e400,NaN,-1\n",
    "two energy runs": b"run_id,duration,energy_consumed,emissions\nx,1,1,1\ny,1,1,1\n",
}

LARGE: dict[str, Blocks] = {
    "a line of 190 MB": repeated(b"1", 190 * MILLION, HEAD),
    "a gigabyte in one line": bomb(b"1", 1_100 * MILLION, HEAD),
    "ten gigabytes of spaces": bomb(b" ", 10_000 * MILLION),
    "ten gigabytes of NUL": bomb(b"\0", 10_000 * MILLION, HEAD),
    # The dearest of all, as each is a line: at a tenth, 200 MB of them.
    "two gigabytes of blank lines": bomb(b"\n", 2_000 * MILLION, HEAD),
    "ten gigabytes of brackets": bomb(b"[", 10_000 * MILLION),
    "ten gigabytes of rows": bomb(b"1,50\n", 2_000 * MILLION, HEAD),
    "ten million short rows": repeated(b"1,50\n", 10 * MILLION, HEAD),
    "ten million numbers": repeated(b"2.5\n", 10 * MILLION),
    "ten million labels": repeated(b"O\n", 10 * MILLION),
    "five million sentences": repeated(b"O\n\n", 5 * MILLION),
    "five million objects": repeated(b'{"seconds":1,"accuracy":50}\n', 3 * MILLION),
    "a million objects with other keys": numbered(lambda row: b'{"k%d":1,"seconds":1,"accuracy":5}\n' % row, MILLION),
    "a million entity types": numbered(lambda row: b"B-TYPE%d\n" % row, MILLION),
    "a million ids": numbered(lambda row: b"%d\tpositive\n" % (10**6 + row), MILLION, b"index\tprediction\n"),
    "two million broken rows": repeated(b"x,y\n", 2 * MILLION, HEAD),
    "an array of numbers": repeated(b"1,", 60 * MILLION, b"["),
    "a history of a million entries": repeated(
        b'{"step":1,"eval_accuracy":0.5},', MILLION, b'{"train_runtime": 5, "log_history": [', b'{"step":2}]}'
    ),
    "a text of 150 MB in JSON": repeated(b"x", 150 * MILLION, b'{"log_history": [{"step": 1, "note": "'),
    "a value of 150 MB in an object": repeated(b"0,", 75 * MILLION, b'{"x": ['),
    "two million MLLOG lines": repeated(b':::MLLOG {"key": "a", "time_ms": 1, "value": 1}\n', 2 * MILLION),
    "a million lines of prose": repeated(b"Epoch 1: nothing to see here, loss 0.1, lr 3e-5\n", MILLION),
    "a million energy rows": numbered(
        lambda row: b"r%d,1,1,1\n" % row, MILLION, b"run_id,duration,energy_consumed,emissions\n"
    ),
}
