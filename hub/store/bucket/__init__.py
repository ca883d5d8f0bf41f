"""Files in storage that speaks S3, in place of the archive's database."""
