#!/usr/bin/env python3
"""Verifies an audit log, written without a look at the program that writes it.

    verify-audit.py FOLDER --key VKEY [--witness VKEY] [--head FILE] [--proofs FILE]
                           [--journal FOLDER]
    verify-audit.py --proof FILE --key VKEY

With --journal the records in the segments of a journal are hashed and compared with their entries.
With --proof alone a single proof is checked that stands by itself, as `audit prove --json` makes it.

Standard library and the openssl command only. Sources: RFC 6962, RFC 9162, C2SP signed-note,
tlog-checkpoint, tlog-tiles, tlog-cosignature. Prints one line of JSON; exits 0 when everything
holds, 6 with the first thing that does not, and 2 when it was called wrongly.
"""
import argparse
import base64
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

WIDTH = 256
EMPTY = hashlib.sha256(b"").digest()
SAMPLES_MAX = 1000


class Finding(Exception):
    def __init__(self, index, what, found="", expected=""):
        super().__init__(what)
        self.report = {"index": index, "what": what, "found": str(found), "expected": str(expected)}


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def text64(data):
    return base64.b64encode(data).decode()


def strict64(text, what):
    data = base64.b64decode(text, validate=True)
    if text64(data) != text:
        raise Finding(None, what, text, "the one spelling of its bytes")
    return data


# Tree -------------------------------------------------------------------------------------------


def split(n):
    power = 1
    while power * 2 < n:
        power *= 2
    return power


def inclusion_holds(index, size, leaf, proof, root):
    """RFC 9162, 2.1.3.2."""
    if index >= size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            if not fn & 1:
                while not (fn & 1 or fn == 0):
                    fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def consistency_holds(first, second, first_root, second_root, proof):
    """RFC 9162, 2.1.4.2."""
    if first == second:
        return not proof and first_root == second_root
    if not 0 < first < second or not proof:
        return False
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not (fn & 1 or fn == 0):
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return fr == first_root and sr == second_root and sn == 0


class Tree:
    """A tree over hashes of leaves, by the recursive definition with what is complete kept."""

    def __init__(self, leaves):
        self.leaves = leaves
        self.kept = {}

    def root(self, start, end):
        n = end - start
        if n == 0:
            return EMPTY
        if n == 1:
            return self.leaves[start]
        key = (start, end)
        if key not in self.kept:
            k = split(n)
            self.kept[key] = node_hash(self.root(start, start + k), self.root(start + k, end))
        return self.kept[key]

    def inclusion(self, index, start, end):
        n = end - start
        if n == 1:
            return []
        k = split(n)
        if index < start + k:
            return self.inclusion(index, start, start + k) + [self.root(start + k, end)]
        return self.inclusion(index, start + k, end) + [self.root(start, start + k)]


# Notes ------------------------------------------------------------------------------------------


class Key:
    def __init__(self, vkey):
        self.name, self.id, coded = vkey.split("+", 2)
        typed = base64.b64decode(coded)
        self.type, self.public = typed[0], typed[1:]
        if sha256(self.name.encode() + b"\n" + typed)[:4].hex() != self.id:
            raise Finding(None, "key", vkey, "an id that follows from name and key")
        self.text = vkey

    def verifies(self, message, signature):
        """With openssl: an implementation of Ed25519 that is nobody's here."""
        with tempfile.TemporaryDirectory() as folder:
            names = [os.path.join(folder, name) for name in ("key.der", "message", "signature")]
            der = bytes.fromhex("302a300506032b6570032100") + self.public
            for name, data in zip(names, (der, message, signature)):
                with open(name, "wb") as file:
                    file.write(data)
            command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey"]
            command += [names[0], "-rawin", "-in", names[1], "-sigfile", names[2]]
            done = subprocess.run(command, capture_output=True, timeout=30, check=False)
            return done.returncode == 0


def parse_note(data):
    text, _, rest = data.decode("utf-8", "strict").rpartition("\n\n")
    text += "\n"
    signatures = []
    for line in rest.splitlines():
        dash, name, coded = line.split(" ")
        signed = strict64(coded, "signature")
        if dash != "\u2014":
            raise Finding(None, "note", line, "an em dash first")
        signatures.append((name, signed[:4].hex(), signed[4:]))
    if not 0 < len(signatures) <= 16:
        raise Finding(None, "note", len(signatures), "1 to 16 signatures")
    lines = text.split("\n")
    if len(lines) != 4 or not re.fullmatch("0|[1-9][0-9]{0,15}", lines[1]):
        raise Finding(None, "checkpoint", text, "origin, size and root")
    return text, lines[0], int(lines[1]), strict64(lines[2], "root"), signatures


def check_signatures(note, log_keys, witnesses):
    text, origin, _, _, signatures = note
    signers = set()
    for name, key_id, signed in signatures:
        for key in log_keys + witnesses:
            if (key.name, key.id) != (name, key_id):
                continue
            message = text.encode()
            if key.type == 4:
                seconds = int.from_bytes(signed[:8], "big")
                message = b"cosignature/v1\ntime %d\n" % seconds + message
                signed = signed[8:]
            if not key.verifies(message, signed):
                raise Finding(None, "signature", f"{name}+{key_id}", "a signature over this text")
            signers.add(key.text)
    if not any(key.text in signers and key.name == origin for key in log_keys):
        raise Finding(None, "unsigned", sorted(signers), "a signature of the log")
    missing = [key.text for key in witnesses if key.text not in signers]
    if missing:
        raise Finding(None, "no cosignature", "", missing)


# Entries ----------------------------------------------------------------------------------------

STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
SHORT.update({code: "\\u%04x" % code for code in range(32) if code not in SHORT})


def canonical(value):
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        quoted = '"' + value.translate(SHORT) + '"'
        return STEERING.sub(lambda match: "\\u%04x" % ord(match.group()), quoted)
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(canonical(n) + ":" + canonical(value[n]) for n in names) + "}"
    raise ValueError("a number that is no text")


FIELDS = "actor boot epoch mono_ns payload prev seq type v wall_ns".split()
INTEGERS = "boot epoch mono_ns seq wall_ns".split()


def parse_entry(index, data):
    try:
        entry = json.loads(data.decode("utf-8", "strict"))
        good = sorted(entry) == FIELDS and entry["v"] == "1" and canonical(entry) == data.decode()
        good = good and all(re.fullmatch("0|[1-9][0-9]{0,19}", entry[name]) for name in INTEGERS)
    except (ValueError, TypeError) as fault:
        raise Finding(index, "entry", fault, "canonical JSON") from fault
    if not good:
        raise Finding(index, "entry", "another spelling", "canonical JSON")
    return {**entry, **{name: int(entry[name]) for name in ("seq", "boot", "epoch", "mono_ns")}}


def check_order(index, before, entry):
    if entry["seq"] != before["seq"] + 1:
        raise Finding(index, "sequence", entry["seq"], before["seq"] + 1)
    if entry["boot"] < before["boot"]:
        raise Finding(index, "boot", entry["boot"], before["boot"])
    for name in ("epoch", "mono_ns"):
        if entry["boot"] == before["boot"] and entry[name] < before[name]:
            raise Finding(index, name, entry[name], before[name])


def rotated(index, key, entry):
    payload = entry["payload"]
    if payload.get("old_key") != key.text:
        raise Finding(index, "rotation", payload.get("old_key"), key.text)
    new = Key(payload["new_key"])
    words = f"flyball audit key rotation v1\n{key.text}\n{new.text}\nseq {entry['seq']}\n"
    for signer, name in ((key, "old_signature"), (new, "new_signature")):
        if not signer.verifies(words.encode(), base64.b64decode(payload[name])):
            raise Finding(index, "rotation", name, "a signature over it")
    return new


# The log ----------------------------------------------------------------------------------------


class Log:
    def __init__(self, folder):
        self.folder = folder

    def file(self, *parts):
        with open(os.path.join(self.folder, *parts), "rb") as file:
            return file.read()

    def tile(self, level, index, width):
        """A partial tile may meanwhile have become wider: its beginning is the same."""
        groups = []
        while True:
            groups.insert(0, ("x" if groups else "") + "%03d" % (index % 1000))
            index //= 1000
            if index == 0:
                break
        path = os.path.join("tile", str(level), *groups)
        partial = os.path.join(self.folder, path + ".p")
        widths = [WIDTH]
        if os.path.isdir(partial):
            widths += [int(name) for name in os.listdir(partial) if name.isdigit()]
        for wide in sorted(w for w in widths if w >= width):
            name = path if wide == WIDTH else os.path.join(path + ".p", str(wide))
            if os.path.isfile(os.path.join(self.folder, name)):
                return self.file(name)
        return None

    def entries(self, size):
        for first in range(0, size, WIDTH):
            width = min(WIDTH, size - first)
            bundle = self.tile("entries", first // WIDTH, width) or b""
            at = 0
            for index in range(first, first + width):
                length = int.from_bytes(bundle[at : at + 2], "big")
                entry = bundle[at + 2 : at + 2 + length]
                if length == 0 or len(entry) != length:
                    raise Finding(index, "missing", "the end of the bundle", f"{size} entries")
                yield index, entry
                at += 2 + length


def check_tiles(log, leaves):
    hashes, level = leaves, 0
    while hashes:
        for first in range(0, len(hashes), WIDTH):
            row = hashes[first : first + WIDTH]
            tile = log.tile(level, first // WIDTH, len(row))
            if tile is None:
                raise Finding(first * WIDTH**level, "tile", "none", f"level {level}")
            for at, expected in enumerate(row):
                if tile[at * 32 : (at + 1) * 32] != expected:
                    raise Finding((first + at) * WIDTH**level, "tile", f"level {level}", "")
        whole = len(hashes) // WIDTH
        hashes = [Tree(hashes).root(i * WIDTH, (i + 1) * WIDTH) for i in range(whole)]
        level += 1


def read_heads(path, keys):
    """A checkpoint with its signatures, or the heads.log of a guard, whose owner vouches for it."""
    with open(path, "rb") as file:
        data = file.read()
    if not data.startswith(b"{"):
        note = parse_note(data)
        check_signatures(note, keys, [])
        return [note]
    lines = map(json.loads, data.decode().split("\n")[:-1])
    return [(None, line["origin"], line["size"], strict64(line["root"], "root")) for line in lines]


def verify(args):
    log = Log(args.folder)
    key = Key(args.key)
    keys = [key]
    note = parse_note(log.file("checkpoint"))
    _, origin, size, root, _ = note
    if origin != key.name:
        raise Finding(None, "origin", origin, key.name)
    leaves, before, previous, digests = [], None, EMPTY, []
    for index, data in log.entries(size):
        entry = parse_entry(index, data)
        if before is not None:
            check_order(index, before, entry)
        if entry["prev"] != text64(previous):
            raise Finding(max(0, index - 1), "chain", text64(previous), entry["prev"])
        if entry["type"] == "audit-key-rotated":
            key = rotated(index, key, entry)
            keys.append(key)
        before, previous = entry, leaf_hash(data)
        leaves.append(previous)
        digests.append((entry["seq"], entry["payload"].get("record_sha256")))
    check_tiles(log, leaves)
    tree = Tree(leaves)
    # A witness signs a head a second, which is kept beside the newest one.
    witnessed = os.path.join(args.folder, "witnessed")
    witnesses = [Key(text) for text in args.witness]
    if os.path.isfile(witnessed):
        check_signatures(parse_note(log.file("witnessed")), keys, witnesses)
        args.head.append(witnessed)
        witnesses = []
    check_signatures(note, [key], witnesses)
    if tree.root(0, size) != root:
        raise Finding(None, "root", text64(tree.root(0, size)), text64(root))
    for index in range(0, size, max(1, size // SAMPLES_MAX)):
        proof = tree.inclusion(index, 0, size)
        if not inclusion_holds(index, size, leaves[index], proof, root):
            raise Finding(index, "inclusion", "a proof that fails", "")
    vouched = 0
    heads = [head for path in args.head for head in read_heads(path, keys)]
    for older in sorted(heads, key=lambda head: head[2]):
        if older[2] > size:
            raise Finding(size, "rolled back", size, older[2])
        if tree.root(0, older[2]) != older[3]:
            raise Finding(vouched, "forked", text64(tree.root(0, older[2])), text64(older[3]))
        vouched = older[2]
    proofs = check_proofs(args.proofs, tree, leaves, root) if args.proofs else 0
    compared = check_journal(args.journal, digests) if args.journal else None
    report = {"size": size, "root": text64(root), "heads": len(args.head), "proofs": proofs}
    return {**report, "journal": compared}


def check_proofs(path, tree, leaves, root):
    """Proofs that the program under test has made."""
    with open(path, encoding="utf-8") as file:
        claims = json.load(file)
    size = len(leaves)
    for claim in claims["inclusion"]:
        proof = [base64.b64decode(text) for text in claim["proof"]]
        if not inclusion_holds(claim["index"], size, leaves[claim["index"]], proof, root):
            raise Finding(claim["index"], "inclusion", "a given proof that fails", "")
    for claim in claims["consistency"]:
        proof = [base64.b64decode(text) for text in claim["proof"]]
        older = tree.root(0, claim["older"])
        if not consistency_holds(claim["older"], size, older, root, proof):
            raise Finding(claim["older"], "consistency", "a given proof that fails", "")
    return len(claims["inclusion"]) + len(claims["consistency"])


# The journal ------------------------------------------------------------------------------------

HEADER, FRAME = 32, 20


def records(folder):
    """Sequence and payload of every frame, oldest first; None where a frame is damaged."""
    for name in sorted(n for n in os.listdir(folder) if re.fullmatch(r"\d{16}\.segment", n)):
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        at, expected = HEADER, int(name[:16])
        while at + FRAME <= len(data):
            crc, length = struct.unpack_from("<II", data, at)
            (sequence,) = struct.unpack_from("<Q", data, at + 8)
            payload = data[at + FRAME : at + FRAME + length]
            if length == 0 and not data[at : at + FRAME].strip(b"\0"):
                break
            whole = len(payload) == length and length > 0 and sequence == expected
            if not whole or zlib.crc32(data[at + 4 : at + FRAME + length]) != crc:
                yield expected, None
                return
            yield sequence, payload
            expected += 1
            at += (FRAME + length + 7) // 8 * 8


def check_journal(folder, entries):
    """Every record that is still there must be the one that its entry was made of."""
    if not entries:
        return 0
    start, last = entries[0][0], entries[-1][0]
    following, compared = None, 0
    for sequence, payload in records(folder):
        if sequence < start:
            continue
        if sequence > last:
            break
        if following is not None and sequence != following:
            raise Finding(following - start, "journal", f"record {sequence}", following)
        digest = None if payload is None else text64(sha256(payload))
        if digest != entries[sequence - start][1]:
            raise Finding(sequence - start, "journal", digest, entries[sequence - start][1])
        following, compared = sequence + 1, compared + 1
    if following != last + 1:
        missing = start if following is None else following
        raise Finding(missing - start, "journal", "the end of the journal", f"record {missing}")
    return compared


def verify_proof(args):
    """A proof that stands by itself: entry, path, and the signed head that it leads to."""
    with open(args.proof, encoding="utf-8") as file:
        claim = json.load(file)
    note = parse_note(claim["checkpoint"].encode())
    check_signatures(note, [Key(args.key)], [])
    entry = parse_entry(claim["index"], claim["entry"].encode())
    path = [base64.b64decode(text) for text in claim["proof"]]
    leaf = leaf_hash(claim["entry"].encode())
    if entry["seq"] != claim["sequence"]:
        raise Finding(claim["index"], "sequence", entry["seq"], claim["sequence"])
    if not inclusion_holds(claim["index"], note[2], leaf, path, note[3]):
        raise Finding(claim["index"], "inclusion", "a proof that fails", "")
    return {"sequence": entry["seq"], "index": claim["index"], "size": note[2]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--key", required=True)
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--head", action="append", default=[])
    parser.add_argument("--proofs")
    parser.add_argument("--journal")
    parser.add_argument("--proof")
    args = parser.parse_args()
    try:
        checked = verify_proof(args) if args.proof else verify(args)
        print(json.dumps({"ok": True, **checked}))
        return 0
    except Finding as finding:
        print(json.dumps({"ok": False, **finding.report}))
    except (ValueError, KeyError, IndexError, OSError) as fault:
        print(json.dumps({"ok": False, "index": None, "what": "unreadable", "found": str(fault)}))
    return 6


if __name__ == "__main__":
    sys.exit(main())
