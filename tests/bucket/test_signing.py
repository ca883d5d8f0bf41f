"""The signature against the examples that Amazon publishes."""

import hashlib

import pytest

from hub.store.bucket.signing import Access, Asked, authorization

# https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Examples: Signature Calculations"
STAMP, HOST = "20130524T000000Z", "examplebucket.s3.amazonaws.com"
ACCESS = Access(region="us-east-1", key="AKIAIOSFODNN7EXAMPLE", secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
NOTHING = hashlib.sha256(b"").hexdigest()
WELCOME = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()


def asked(method: str, path: str, *, digest: str = NOTHING, query: tuple[tuple[str, str], ...] = (), **headers: str) -> Asked:
    """A request with the headers that each of them signs, and more."""
    own = {name.replace("_", "-"): value for name, value in headers.items()}
    signed = {"Host": HOST, "x-amz-content-sha256": digest, "x-amz-date": STAMP, **own}
    return Asked(method=method, path=path, headers=signed, digest=digest, query=query)


EXAMPLES = {
    "get": (asked("GET", "/test.txt", range="bytes=0-9"), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    "put": (
        asked("PUT", "/test$file.text", digest=WELCOME, date="Fri, 24 May 2013 00:00:00 GMT", x_amz_storage_class="REDUCED_REDUNDANCY"),
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
    "lifecycle": (asked("GET", "/", query=(("lifecycle", ""),)), "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    "list": (
        asked("GET", "/", query=(("prefix", "J"), ("max-keys", "2"))),
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_amazons_own_examples_are_signed_as_amazon_does(name: str) -> None:
    request, expected = EXAMPLES[name]

    assert authorization(request, ACCESS, stamp=STAMP).endswith(f"Signature={expected}")


def test_the_header_names_who_asks_and_what_was_signed() -> None:
    told = authorization(EXAMPLES["get"][0], ACCESS, stamp=STAMP)

    assert told.startswith("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,")
    assert "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date," in told


def test_the_secret_is_in_no_text() -> None:
    assert ACCESS.secret not in repr(ACCESS)
