"""`python -m config.reference`: the page docs/settings.md."""

from config.reference.page import markdown

if __name__ == "__main__":
    print(markdown(), end="")
