"""Files in a bucket: signed as S3 wants it, read in pieces, forgotten; and what happens while it is away."""
