"""From the journal to the archive and the indexes, and what is tidied up."""
