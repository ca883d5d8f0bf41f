"""What is written down of what happened, with nobody's words: logs, and the exchanges with providers."""
