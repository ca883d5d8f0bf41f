"""The inbox: views beside the records, cards, timeline pages, the live feed."""
