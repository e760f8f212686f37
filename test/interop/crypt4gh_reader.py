#!/usr/bin/python3
"""An independent Crypt4GH reader, written from the specification alone.

usage: crypt4gh_reader.py <private key: 32 raw bytes, or a key file> < sealed > plain

A key file under a passphrase is opened with that in C4GH_PASSPHRASE; of the key derivations only
scrypt is known.

Strict where the files of this project promise more than the specification asks for: with
--indexed the nonce of each segment must be its index.
"""
import base64
import hashlib
import os
import struct
import sys

from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SEGMENT = 65536


def exactly(source, size):
    data = source.read(size)
    if len(data) != size:
        raise SystemExit("short header")
    return data


def read_private_key(path):
    """Of 32 raw bytes, or of a key file of version c4gh-v1."""
    with open(path, "rb") as file:
        text = file.read()
    if len(text) == 32:
        return text
    lines = text.splitlines()
    data = base64.b64decode(b"".join(line for line in lines if not line.startswith(b"-")))
    if data[:7] != b"c4gh-v1":
        raise SystemExit("not a private key file")
    fields = []
    at = 7
    while at < len(data):
        size = struct.unpack(">H", data[at : at + 2])[0]
        fields.append(data[at + 2 : at + 2 + size])
        at += 2 + size
    if fields[0] == b"none":
        return fields[2]
    kdf, options, cipher, sealed = fields[:4]
    if kdf != b"scrypt" or cipher != b"chacha20_poly1305":
        raise SystemExit("unknown key derivation")
    phrase = os.environ["C4GH_PASSPHRASE"].encode()
    key = hashlib.scrypt(phrase, salt=options[4:], n=16384, r=8, p=1, dklen=32, maxmem=1 << 26)
    return ChaCha20Poly1305(key).decrypt(sealed[:12], sealed[12:], None)


def open_packet(body, private_key):
    """The payload of a packet for us, else None."""
    method = struct.unpack("<I", body[:4])[0]
    if method != 0:
        return None
    writer, nonce, sealed = body[4:36], body[36:48], body[48:]
    ours = private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = private_key.exchange(X25519PublicKey.from_public_bytes(writer))
    key = hashlib.blake2b(shared + ours + writer, digest_size=64).digest()[:32]
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, None)
    except Exception:
        return None


def data_key(source, private_key):
    magic, version, count = struct.unpack("<8sII", exactly(source, 16))
    if magic != b"crypt4gh" or version != 1:
        raise SystemExit("not Crypt4GH 1")
    keys = []
    for _ in range(count):
        length = struct.unpack("<I", exactly(source, 4))[0]
        payload = open_packet(exactly(source, length - 4), private_key)
        if payload is None:
            continue
        kind, method = struct.unpack("<II", payload[:8])
        if kind != 0 or method != 0 or len(payload) != 40:
            raise SystemExit("unexpected packet")
        keys.append(payload[8:])
    if len(keys) != 1:
        raise SystemExit("%d data keys" % len(keys))
    return keys[0]


def main():
    private_key = X25519PrivateKey.from_private_bytes(read_private_key(sys.argv[1]))
    indexed = "--indexed" in sys.argv
    source = sys.stdin.buffer
    cipher = ChaCha20Poly1305(data_key(source, private_key))
    index = 0
    while True:
        sealed = source.read(SEGMENT + 28)
        if not sealed:
            break
        nonce = sealed[:12]
        if indexed and nonce != struct.pack("<QI", index, 0):
            raise SystemExit("segment %d has another nonce" % index)
        sys.stdout.buffer.write(cipher.decrypt(nonce, sealed[12:], None))
        index += 1


main()
