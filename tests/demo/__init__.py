"""`hub demo` as a newcomer meets it: one command, words in, answers out."""
